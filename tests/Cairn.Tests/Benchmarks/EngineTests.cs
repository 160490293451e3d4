using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Engines.Native;
using Cairn.Benchmarks.Workloads;
using Xunit;

namespace Cairn.Tests.Benchmarks;

/// <summary>The engines that benchmarks compare do the same with the same blocks. One whose library is not on this machine is skipped.</summary>
public sealed class EngineTests : IDisposable
{
    private const ulong Keys = 400;
    private const int Blocks = 12;
    private const int Updates = 100;

    private readonly TemporaryDirectory _directory = new();
    private readonly KeySpace _space = new(seed: 1);

    public static TheoryData<string> Kinds => [.. Enum.GetNames<EngineKind>()];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Engine_GivenBlocks_HoldsWhatTheyPut(string name)
    {
        EngineKind kind = Prepared(name);
        Random random = new(1);
        Dictionary<ulong, ulong> model = [];
        UpdateBuffer block = new(_space, Updates);
        await using (IEngine engine = await OpenAsync(kind))
        {
            for (ulong version = 1; version <= Blocks; version++)
            {
                Fill(block, random, model, version);
                await engine.CommitAsync(block);
                using IEngineReader reader = engine.OpenReader();
                Check(model, reader);
            }
        }

        await using IEngine reopened = await OpenAsync(kind);
        using (IEngineReader reader = reopened.OpenReader())
        {
            Check(model, reader);
        }

        await reopened.SettleAsync();
        await reopened.CompactAsync();
        using IEngineReader compacted = reopened.OpenReader();
        Check(model, compacted);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Reader_BesideACommit_SeesItWhenRenewed(string name)
    {
        await using IEngine engine = await OpenAsync(Prepared(name));
        UpdateBuffer block = new(_space, Updates);
        block.Add(number: 1, version: 1);
        await engine.CommitAsync(block);
        using IEngineReader reader = engine.OpenReader();
        Check(new Dictionary<ulong, ulong> { [1] = 1 }, reader);

        block.Clear();
        block.Add(number: 1, version: 2);
        block.Add(number: 2, version: 2);
        await engine.CommitAsync(block);

        Check(new Dictionary<ulong, ulong> { [1] = 1 }, reader);
        reader.Renew();
        Check(new Dictionary<ulong, ulong> { [1] = 2, [2] = 2 }, reader);
    }

    [Fact]
    public void Engines_OfWhichTwoAreMissing_LeavesThemOutAndNamesTheirPackages()
    {
        List<string> notices = [];
        EngineKind[] ready = EngineCatalog.Ready(Enum.GetValues<EngineKind>(), rocksDb: null, notices.Add, (library, _) => library is not (LmdbCalls.Library or RocksDbCalls.Library));
        Assert.Equal([EngineKind.Cairn, EngineKind.LevelDb, EngineKind.Sqlite], ready);
        Assert.Equal(2, notices.Count);
        Assert.Contains("librocksdb7.8", notices[0], StringComparison.Ordinal);
        Assert.Contains("liblmdb0", notices[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Library_ThatIsNowhere_IsNotLoaded() => Assert.False(NativeLibraries.TryLoad("nothing", "libnothing-of-this-name.so.1"));

    [Fact]
    public void RocksDb_AtAPathWithoutIt_IsRefused()
    {
        string path = Path.Combine(_directory.Path, "librocksdb.so");
        FileNotFoundException thrown = Assert.Throws<FileNotFoundException>(() => EngineCatalog.Ready([EngineKind.RocksDb], path, _ => { }));
        Assert.Contains(path, thrown.Message, StringComparison.Ordinal);
    }

    private static EngineKind Prepared(string name)
    {
        EngineKind kind = Enum.Parse<EngineKind>(name);
        string? notice = null;
        if (EngineCatalog.Ready([kind], rocksDb: null, text => notice = text).Length == 0)
        {
            Assert.Skip(notice!);
        }

        return kind;
    }

    private static void Fill(UpdateBuffer block, Random random, Dictionary<ulong, ulong> model, ulong version)
    {
        block.Clear();
        while (block.Count < Updates)
        {
            ulong number = (ulong)random.Next((int)Keys);
            if (random.Next(4) == 0)
            {
                block.AddDelete(number);
                model.Remove(number);
            }
            else
            {
                block.Add(number, version);
                model[number] = version;
            }
        }
    }

    private Task<IEngine> OpenAsync(EngineKind kind) => EngineCatalog.OpenAsync(kind, new EngineSettings(Path.Combine(_directory.Path, "db"), CacheBytes: 1 << 20, Durability.Durable));

    private void Check(Dictionary<ulong, ulong> model, IEngineReader reader)
    {
        byte[] key = new byte[KeySpace.KeyBytes];
        byte[] expected = new byte[KeySpace.MaxValueBytes];
        byte[] found = new byte[KeySpace.MaxValueBytes];
        ScanSum all = default;
        ScanSum ofLargest = default;
        for (ulong number = 0; number < Keys; number++)
        {
            _space.WriteKey(number, key);
            int length = model.TryGetValue(number, out ulong version) ? _space.WriteValue(number, version, expected) : -1;
            Assert.Equal(length, reader.Get(key, found));
            if (length >= 0)
            {
                Assert.Equal(expected[..length], found[..length]);
                all = all.With(key, expected.AsSpan(0, length));
                ofLargest = key.AsSpan().StartsWith(_space.Contract(0)) ? ofLargest.With(key, expected.AsSpan(0, length)) : ofLargest;
            }
        }

        Assert.Equal(all, reader.Scan([]));
        Assert.Equal(ofLargest, reader.Scan(_space.Contract(0)));
    }
}
