using Cairn.IO;
using Xunit;

namespace Cairn.Tests.IO;

public sealed class SimulatedFileSystemTests : FileSystemTests
{
    private const int KeepNothing = 0;
    private const int KeepAll = 1;

    private readonly SimulatedFileSystem _files = new();

    private protected override IFileSystem FileSystem => _files;

    private protected override string Root => "/";

    [Fact]
    public void Crash_BeforeAnySync_MayKeepNothingOrAll()
    {
        using IFile file = Create("/a", "12345"u8);

        Assert.Empty(_files.Crash(KeepNothing).Files);
        Assert.Equal("12345"u8, _files.Crash(KeepAll).ReadAllBytes("/a"));
    }

    [Fact]
    public void Crash_AfterSyncs_KeepsWhatWasSynced()
    {
        using IFile file = Create("/a", "12345"u8);
        file.Sync();
        Assert.Empty(_files.Crash(KeepNothing).Files);

        _files.SyncDirectory("/");
        file.Write(0, "X"u8);
        file.SetLength(3);
        Assert.Equal("12345"u8, _files.Crash(KeepNothing).ReadAllBytes("/a"));
        Assert.Equal("X23"u8, _files.Crash(KeepAll).ReadAllBytes("/a"));
    }

    [Fact]
    public void Crash_WithDurableEntryAndUnsyncedBytes_MayLeaveAnEmptyFile()
    {
        using IFile file = Create("/a", "12345"u8);
        _files.SyncDirectory("/");

        Assert.Empty(_files.Crash(KeepNothing).ReadAllBytes("/a"));
    }

    [Fact]
    public void Crash_ManySeeds_LosesAndTearsSectorsIndependently()
    {
        using IFile file = Create("/a", new byte[4096]);
        file.Sync();
        _files.SyncDirectory("/");
        file.Write(100, Enumerable.Repeat((byte)1, 3000).ToArray());
        HashSet<string> patterns = [];
        bool torn = false;
        for (int seed = 0; seed < 200; seed++)
        {
            byte[] left = _files.Crash(seed).ReadAllBytes("/a");
            byte[][] sectors = [.. left.Chunk(512)];
            patterns.Add(string.Concat(sectors.Select(sector => sector.Contains((byte)1) ? '1' : '0')));
            torn |= sectors[2].Contains((byte)0) && sectors[2].Contains((byte)1);
            Assert.Equal(4096, left.Length);
        }

        Assert.True(torn);
        Assert.True(patterns.Count > 40, $"Only {patterns.Count} patterns.");
    }

    [Fact]
    public void Crash_OfRename_LeavesOneOfBoth()
    {
        Create("/old", "old"u8, sync: true).Dispose();
        Create("/new", "new"u8, sync: true).Dispose();
        _files.SyncDirectory("/");
        _files.Rename("/new", "/old");
        HashSet<string> left = [];
        for (int seed = 0; seed < 40; seed++)
        {
            SimulatedFileSystem after = _files.Crash(seed);
            left.Add(string.Join(' ', after.Files.Select(path => path + "=" + System.Text.Encoding.ASCII.GetString(after.ReadAllBytes(path)))));
        }

        Assert.Equal(["/new=new /old=old", "/old=new"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Crash_OfDelete_MayBringTheFileBack()
    {
        Create("/a", "1"u8, sync: true).Dispose();
        _files.SyncDirectory("/");
        _files.Delete("/a");

        Assert.Equal(["/a"], _files.Crash(KeepNothing).Files);
        _files.SyncDirectory("/");
        Assert.Empty(_files.Crash(KeepNothing).Files);
    }

    [Fact]
    public void Crash_ForgetsLocks()
    {
        _files.TryLock("/lock");

        using IDisposable? again = _files.Crash(KeepAll).TryLock("/lock");
        Assert.NotNull(again);
    }

    [Fact]
    public void FailedSync_ThenGoodSync_MayStillLoseTheBytes()
    {
        using IFile file = Create("/a", new byte[8192]);
        file.Sync();
        _files.SyncDirectory("/");
        byte[] ones = Enumerable.Repeat((byte)1, 8192).ToArray();
        file.Write(0, ones);
        _files.Fail(FileOperation.Sync);
        Assert.Throws<IOException>(file.Sync);
        file.Sync();

        Assert.Equal(ones, _files.ReadAllBytes("/a"));
        byte[] left = _files.Crash(KeepAll).ReadAllBytes("/a");
        Assert.Contains((byte)0, left);
        Assert.Contains((byte)1, left);

        file.Write(0, ones);
        file.Sync();
        Assert.Equal(ones, _files.Crash(KeepNothing).ReadAllBytes("/a"));
    }

    [Fact]
    public void StopAt_EachOperation_ThrowsThereAndEverAfter()
    {
        _files.StopAt = 3;
        using IFile file = Create("/a", "12345"u8); // two operations
        Assert.Throws<SimulatedCrashException>(file.Sync);

        Assert.Throws<SimulatedCrashException>(() => _files.Open("/a", FileOpening.Read));
        Assert.Throws<SimulatedCrashException>(() => file.Length);
        Assert.Equal(3, _files.ChangeCount);
        Assert.Empty(_files.Crash(KeepNothing).Files);
        Assert.Equal("12345"u8, _files.Crash(KeepAll).ReadAllBytes("/a"));
    }

    [Fact]
    public void Fail_NthOnceAndForever()
    {
        using IFile file = Create("/a", "1"u8);
        _files.Fail(FileOperation.Write, nth: 2);
        file.Write(0, "2"u8);
        Assert.Throws<IOException>(() => file.Write(0, "3"u8));
        file.Write(0, "4"u8);

        _files.Fail(FileOperation.Read, nth: 2, forever: true, path: path => path == "/a");
        byte[] one = new byte[1];
        Assert.Equal(1, file.Read(0, one));
        Assert.Throws<IOException>(() => file.Read(0, one));
        Assert.Throws<IOException>(() => file.Read(0, one));
        _files.Heal();
        Assert.Equal(1, file.Read(0, one));
        Assert.Equal(4, _files.Count(FileOperation.Read));
    }

    [Fact]
    public void Capacity_Reached_WritesAPartAndThrows()
    {
        _files.CapacityBytes = 8192;
        using IFile file = Create("/a", new byte[4096]);
        file.SetLength(100_000);
        Assert.ThrowsAny<IOException>(() => file.Write(4096, Enumerable.Repeat((byte)1, 6000).ToArray()));
        Assert.Equal(1, _files.ReadAllBytes("/a")[8191]);
        Assert.Equal(0, _files.ReadAllBytes("/a")[8192]);
        Assert.Equal(8192, _files.UsedBytes);

        file.SetLength(0);
        file.Write(0, new byte[8192]);
        _files.Delete("/a");
        Assert.Equal(0, _files.UsedBytes);
    }

    [Fact]
    public void Trace_RecordsChanges()
    {
        _files.Tracing = true;
        _files.CreateDirectory("/d");
        Create("d/a", "123"u8, sync: true).Dispose();
        _files.Rename("/d/a", "/d/b");
        _files.SyncDirectory("/d");
        _files.Delete("/d/b");

        Assert.Equal(["mkdir /d", "create /d/a", "write /d/a @0 +3", "sync /d/a", "rename /d/a -> /d/b", "syncdir /d", "delete /d/b"], _files.TakeTrace());
        Assert.Empty(_files.TakeTrace());
    }

    [Fact]
    public void Clone_IsIndependentAndKeepsWhatIsUnsynced()
    {
        using IFile file = Create("/a", "1"u8);
        SimulatedFileSystem clone = _files.Clone();
        file.Write(0, "2"u8);
        file.Sync();

        Assert.Equal("1"u8, clone.ReadAllBytes("/a"));
        Assert.Empty(clone.Crash(KeepNothing).Files);
    }

    [Fact]
    public void Rot_IsDurableAndNotCounted()
    {
        _files.WriteAllBytes("/a", [1, 2, 3]);
        _files.FlipBit("/a", 8 + 7);
        _files.Overwrite("/a", 2, [9]);

        Assert.Equal([1, 0x82, 9], _files.Crash(KeepNothing).ReadAllBytes("/a"));
        _files.Truncate("/a", 1);
        Assert.Equal([1], _files.Crash(KeepNothing).ReadAllBytes("/a"));
        _files.Remove("/a");
        Assert.Empty(_files.Crash(KeepNothing).Files);
        Assert.Equal(0, _files.ChangeCount);
        Assert.Equal(0, _files.UsedBytes);
    }

    private IFile Create(string path, ReadOnlySpan<byte> bytes, bool sync = false)
    {
        IFile file = _files.Open(path, FileOpening.CreateNew);
        file.Write(0, bytes);
        if (sync)
        {
            file.Sync();
        }

        return file;
    }
}
