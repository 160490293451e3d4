using BenchmarkDotNet.Attributes;
using Cairn.Hashing;

namespace Cairn.Benchmarks.Micro;

/// <summary>Hashing the nodes of a tree with every SHA-256 implementation of this machine. A time is that of one hash.</summary>
public class HashBenchmarks
{
    private const int Count = 1024;

    private readonly byte[] _pairs = new byte[Count * 2 * Hash256.SizeBytes];
    private readonly byte[] _hashes = new byte[Count * Hash256.SizeBytes];
    private Sha256Lanes _lanes = null!;

    /// <summary>The implementations.</summary>
    public static IEnumerable<string> Names => Sha256Lanes.Supported.Select(lanes => lanes.Name);

    /// <summary>The implementation.</summary>
    [ParamsSource(nameof(Names))]
    public string Lanes { get; set; } = string.Empty;

    /// <summary>Chooses the implementation and makes up hashes.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _lanes = Sha256Lanes.Supported.Single(lanes => lanes.Name == Lanes);
        new Random(1).NextBytes(_pairs);
    }

    /// <summary>Inner nodes: two hashes each.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public void Inner() => _lanes.HashInner(_pairs, Count, _hashes);

    /// <summary>Leaves: the hashes of a key and a value each.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public void Leaf() => _lanes.HashLeaf(_pairs, Count, _hashes);

    /// <summary>Sixteen inner nodes, as few as a small block has on a level.</summary>
    [Benchmark(OperationsPerInvoke = 16)]
    public void InnerOfSixteen() => _lanes.HashInner(_pairs, 16, _hashes);
}
