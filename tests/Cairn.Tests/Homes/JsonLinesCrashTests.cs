using Cairn.Homes;
using Cairn.Tests.IO;
using Xunit;
using Xunit.Sdk;

namespace Cairn.Tests.Homes;

/// <summary>Interrupted and damaged stores of the JSON-lines home.</summary>
public sealed class JsonLinesCrashTests
{
    private const string Store = "/store";
    private const string LogPath = "/store/blocks.jsonl";
    private const string EndPath = "/store/blocks.end";

    /// <summary>What a run has been promised: at least the acknowledged records, at most those begun.</summary>
    private sealed record Progress
    {
        public ulong Begun { get; set; }

        public ulong Acknowledged { get; set; }
    }

    [Fact]
    public async Task Crash_AtEveryOperation_LosesNothingAcknowledged()
    {
        SimulatedFileSystem whole = new();
        await RunAll(whole, new Progress());
        for (long stop = 1; stop <= whole.ChangeCount; stop++)
        {
            foreach (int seed in SeededRandom.Seeds(8, first: 0))
            {
                SimulatedFileSystem files = new() { StopAt = stop };
                Progress progress = new();
                await Assert.ThrowsAsync<SimulatedCrashException>(() => RunAll(files, progress));
                await CheckAfterCrash(files.Crash((int)(stop * 16) + seed), progress, $"stopped at operation {stop}, crash seed {seed}", seed);
            }
        }
    }

    [Fact]
    public async Task Process_KilledAtEveryOperation_LosesNothingAcknowledged()
    {
        SimulatedFileSystem whole = new();
        await RunAll(whole, new Progress());
        for (long stop = 1; stop <= whole.ChangeCount; stop++)
        {
            SimulatedFileSystem files = new() { StopAt = stop };
            Progress progress = new();
            await Assert.ThrowsAsync<SimulatedCrashException>(() => RunAll(files, progress));
            SimulatedFileSystem left = files.Clone();
            await CheckStore(left, progress, $"killed at operation {stop}");
            await CheckAfterCrash(left.Crash((int)stop), progress, $"killed at operation {stop}, then a crash", seed: 0); // what the second process found has to stay
        }
    }

    [Theory]
    [InlineData(FileOperation.Write)]
    [InlineData(FileOperation.Sync)]
    [InlineData(FileOperation.Rename)]
    [InlineData(FileOperation.SyncDirectory)]
    [InlineData(FileOperation.Create)]
    [InlineData(FileOperation.Read)]
    [InlineData(FileOperation.SetLength)]
    public async Task Fault_InEveryOperationOfAKind_LosesNothingAcknowledged(FileOperation kind)
    {
        SimulatedFileSystem whole = new();
        await RunAll(whole, new Progress());
        for (long nth = 1; nth <= whole.Count(kind); nth++)
        {
            SimulatedFileSystem files = new((int)nth);
            files.Fail(kind, nth);
            Progress progress = new();
            try
            {
                await RunAll(files, progress);
            }
            catch (IOException)
            {
            }

            files.Heal();
            string what = $"{kind} {nth} failed";
            await CheckStore(files, progress, what);
            await CheckAfterCrash(files.Crash((int)nth * 4), progress, what + ", then a crash", seed: 0);
        }
    }

    [Fact]
    public async Task Bits_FlippedAfterACleanClose_AreDamageOrChangeNothing()
    {
        SimulatedFileSystem files = await ClosedStore();
        List<LogRecord> expected = await Read(files);
        foreach (string path in new[] { LogPath, EndPath })
        {
            foreach (long bit in BitsOf(files.ReadAllBytes(path)))
            {
                SimulatedFileSystem rotten = files.Clone();
                rotten.FlipBit(path, bit);
                await CheckRefusedOrRight(rotten, expected, $"bit {bit} of {path}", path);
            }
        }
    }

    [Fact]
    public async Task Bytes_MissingAfterACleanClose_AreDamage()
    {
        SimulatedFileSystem files = await ClosedStore();
        List<LogRecord> expected = await Read(files);
        foreach (string path in new[] { LogPath, EndPath })
        {
            byte[] bytes = files.ReadAllBytes(path);
            for (int length = 0; length < bytes.Length; length++)
            {
                SimulatedFileSystem cut = files.Clone();
                cut.Truncate(path, length);
                await CheckRefusedOrRight(cut, expected, $"{path} cut to {length} bytes", path);
                SimulatedFileSystem gap = files.Clone();
                gap.WriteAllBytes(path, [.. bytes[..length], .. bytes[(length + 1)..]]);
                await CheckRefusedOrRight(gap, expected, $"{path} without byte {length}", path);
            }
        }
    }

    [Fact]
    public async Task Lines_MissingAfterACleanClose_AreDamage()
    {
        SimulatedFileSystem files = await ClosedStore();
        List<LogRecord> expected = await Read(files);
        byte[][] lines = [.. files.ReadAllBytes(LogPath)[..^1].Split((byte)'\n')];
        for (int i = 0; i < lines.Length; i++)
        {
            for (int count = 1; i + count <= lines.Length; count++)
            {
                SimulatedFileSystem left = files.Clone();
                left.WriteAllBytes(LogPath, [.. lines.Where((_, at) => at < i || at >= i + count).SelectMany(line => line.Append((byte)'\n'))]);
                await CheckRefusedOrRight(left, expected, $"without lines {i + 1} to {i + count}", LogPath);
            }
        }
    }

    [Fact]
    public async Task Bits_FlippedAfterAKill_CostAtMostTheLastBatch()
    {
        SimulatedFileSystem files = new();
        Progress progress = new();
        await Session(files, progress, batches: [2, 1]);
        JsonLinesHome killed = Open(files);
        await Append(killed, progress, count: 1);
        await Append(killed, progress, count: 2);
        SimulatedFileSystem left = files.Clone();
        List<LogRecord> expected = await Read(left, readOnly: true);
        foreach (long bit in BitsOf(left.ReadAllBytes(LogPath)))
        {
            SimulatedFileSystem rotten = left.Clone();
            rotten.FlipBit(LogPath, bit);
            List<LogRecord> found;
            try
            {
                found = await Read(rotten);
            }
            catch (StateCorruptedException refusal)
            {
                Assert.Equal(LogPath, refusal.File);
                continue;
            }

            Assert.True(found.Count >= expected.Count - 2, $"bit {bit}: only {found.Count} records left");
            CheckPrefix(expected, found, $"bit {bit}");
        }

        await killed.DisposeAsync();
    }

    [Fact]
    public async Task Damage_IsNamedByFileByteAndLine()
    {
        SimulatedFileSystem files = await ClosedStore();
        byte[] bytes = files.ReadAllBytes(LogPath);
        int third = bytes.AsSpan().IndexOf("{\"sequence\":2,"u8);
        files.FlipBit(LogPath, (third + 60) * 8L);
        StateCorruptedException refusal = Assert.Throws<StateCorruptedException>(() => Open(files));
        Assert.Equal((LogPath, third), (refusal.File, refusal.Offset));
        Assert.StartsWith("line 3 ", refusal.What, StringComparison.Ordinal);
        Assert.Contains("checksum", refusal.Expected, StringComparison.Ordinal);
    }

    /// <summary>One bit of every byte, all bits in the long variant.</summary>
    private static IEnumerable<long> BitsOf(byte[] bytes) => SeededRandom.IsLong
        ? Enumerable.Range(0, bytes.Length * 8).Select(bit => (long)bit)
        : Enumerable.Range(0, bytes.Length).Select(at => (at * 8L) + (at * 5 % 8));

    private static async Task RunAll(SimulatedFileSystem files, Progress progress)
    {
        await Session(files, progress, batches: [1, 2]);
        await Session(files, progress, batches: []);
        await Session(files, progress, batches: [3, 1]);
        await using JsonLinesHome reader = JsonLinesHome.Open(files, Store, new StateStoreOptions { ReadOnly = true });
    }

    private static async Task Session(SimulatedFileSystem files, Progress progress, int[] batches)
    {
        await using JsonLinesHome home = Open(files);
        foreach (int count in batches)
        {
            await Append(home, progress, count);
        }
    }

    private static async Task Append(JsonLinesHome home, Progress progress, int count)
    {
        for (int i = 0; i < count; i++)
        {
            progress.Begun = home.Log.End.Sequence + 1;
            await home.Log.AppendAsync(JsonLinesRecords.Small(progress.Begun), default);
        }

        await home.Log.SyncAsync(default);
        progress.Acknowledged = home.Log.DurableEnd.Sequence;
    }

    private static async Task<SimulatedFileSystem> ClosedStore()
    {
        SimulatedFileSystem files = new();
        Progress progress = new();
        await Session(files, progress, batches: [1, 1]);
        await Session(files, progress, batches: [2]);
        return files;
    }

    /// <summary>Reopens what a crash left, stopping again at every operation of that, and at last goes on writing.</summary>
    private static async Task CheckAfterCrash(SimulatedFileSystem files, Progress progress, string what, int seed)
    {
        SimulatedFileSystem probe = files.Clone();
        await CheckStore(probe, progress with { }, what);
        for (long stop = 1; stop <= probe.ChangeCount; stop++)
        {
            SimulatedFileSystem again = files.Clone();
            again.StopAt = stop;
            Progress soFar = progress with { };
            await Assert.ThrowsAsync<SimulatedCrashException>(() => CheckStore(again, soFar, what));
            await CheckStore(again.Crash(seed + (int)stop), soFar, $"{what}, stopped again at operation {stop} of the recovery");
        }
    }

    /// <summary>Opens a store, compares, adds a record, closes and compares again.</summary>
    private static async Task CheckStore(SimulatedFileSystem files, Progress progress, string what)
    {
        try
        {
            ulong kept;
            await using (JsonLinesHome home = Open(files))
            {
                kept = home.Log.End.Sequence;
                Assert.InRange(kept, progress.Acknowledged, progress.Begun);
                progress.Begun = kept + 1;
                await home.Log.AppendAsync(JsonLinesRecords.Small(kept + 1), default);
                await home.Log.SyncAsync(default);
                progress.Acknowledged = kept + 1;
            }

            List<LogRecord> records = await Read(files);
            Assert.Equal(kept + 1, (ulong)records.Count);
            for (int i = 0; i < records.Count; i++)
            {
                JsonLinesRecords.AssertSame(JsonLinesRecords.Small((ulong)i + 1), records[i]);
            }
        }
        catch (Exception exception) when (exception is not SimulatedCrashException)
        {
            throw new XunitException($"{what}: {exception.Message}", exception);
        }
    }

    private static async Task CheckRefusedOrRight(SimulatedFileSystem files, List<LogRecord> expected, string what, string path)
    {
        List<LogRecord> found;
        try
        {
            found = await Read(files);
        }
        catch (StateCorruptedException refusal)
        {
            Assert.True(refusal.File == path || refusal.File == LogPath, $"{what}: the refusal names {refusal.File}");
            return;
        }
        catch (Exception exception) when (exception is not XunitException)
        {
            throw new XunitException($"{what}: {exception}", exception);
        }

        Assert.True(found.Count == expected.Count, $"{what}: {found.Count} records instead of {expected.Count}");
        CheckPrefix(expected, found, what);
    }

    private static void CheckPrefix(List<LogRecord> expected, List<LogRecord> found, string what)
    {
        for (int i = 0; i < found.Count; i++)
        {
            Assert.True(expected[i].Root == found[i].Root, what);
            JsonLinesRecords.AssertSame(expected[i], found[i]);
        }
    }

    private static async Task<List<LogRecord>> Read(SimulatedFileSystem files, bool readOnly = false)
    {
        await using JsonLinesHome home = JsonLinesHome.Open(files, Store, new StateStoreOptions { ReadOnly = readOnly });
        List<LogRecord> records = [];
        await foreach (LogRecord record in home.Log.Read(LogPosition.Start, default))
        {
            records.Add(record);
        }

        return records;
    }

    private static JsonLinesHome Open(SimulatedFileSystem files) => JsonLinesHome.Open(files, Store, new StateStoreOptions());
}

/// <summary>Splitting of arrays.</summary>
internal static class ByteLines
{
    /// <summary>The parts between the separators.</summary>
    public static IEnumerable<byte[]> Split(this byte[] bytes, byte separator)
    {
        int start = 0;
        for (int at = Array.IndexOf(bytes, separator); at >= 0; at = Array.IndexOf(bytes, separator, start))
        {
            yield return bytes[start..at];
            start = at + 1;
        }

        yield return bytes[start..];
    }
}
