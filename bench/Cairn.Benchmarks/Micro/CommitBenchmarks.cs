using BenchmarkDotNet.Attributes;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Micro;

/// <summary>A block of ten updates, committed to a store of 100,000 keys in a directory.</summary>
[InvocationCount(200)]
public class CommitBenchmarks
{
    private const int Keys = 100_000;
    private const int Updates = 10;

    private readonly KeySpace _space = new(seed: 1);
    private string _directory = string.Empty;
    private CairnEngine _engine = null!;
    private UpdateBuffer _buffer = null!;
    private ulong _state;
    private ulong _version;

    /// <summary>When the block is synced.</summary>
    [Params(Durability.Durable, Durability.DangerNoSync)]
    public Durability Durability { get; set; }

    /// <summary>The height of the store.</summary>
    internal ulong Height => _engine.Store.Height?.Value ?? 0;

    /// <summary>Makes the store.</summary>
    [GlobalSetup]
    public void SetUp() => SetUpAsync().GetAwaiter().GetResult(); // what is measured in this process does not wait for a setup

    /// <summary>Closes and removes the store.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Makes up ten updates, which takes about a microsecond, and commits them.</summary>
    [Benchmark]
    public async Task Commit()
    {
        _version++;
        _buffer.Clear();
        for (int i = 0; i < Updates; i++)
        {
            _buffer.Add(Mixing.Below(ref _state, Keys), _version);
        }

        await _engine.CommitAsync(_buffer);
    }

    private async Task SetUpAsync()
    {
        _directory = Directory.CreateTempSubdirectory("cairn-micro-").FullName;
        _engine = await CairnEngine.OpenAsync(new EngineSettings(_directory, CacheBytes: 256 << 20, Durability));
        UpdateBuffer all = new(_space, Keys);
        for (ulong number = 0; number < Keys; number++)
        {
            all.Add(number, version: 0);
        }

        await _engine.CommitAsync(all);
        await _engine.SettleAsync();
        _buffer = new UpdateBuffer(_space, Updates);
    }
}
