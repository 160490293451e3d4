using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Log;

/// <summary>Short ways to open, fill and read a log in a simulated file system.</summary>
internal static class LogHarness
{
    public const string Directory = "/store/log";

    /// <summary>A file system with the durable directory of a store.</summary>
    public static SimulatedFileSystem NewFiles(int seed = 0)
    {
        SimulatedFileSystem files = new(seed);
        files.CreateDirectory("/store");
        files.SyncDirectory("/");
        return files;
    }

    public static SegmentLogOptions Options(int segmentBytes = 16384, bool readOnly = false, Func<ulong?>? headHint = null)
    {
        ulong salt = 0x5a17_0000_0000_0000;
        return new SegmentLogOptions { SegmentBytes = segmentBytes, ReadOnly = readOnly, NewSalt = () => ++salt, HeadHint = headHint ?? (() => null) };
    }

    public static SegmentLog Open(IFileSystem files, SegmentLogOptions? options = null, LogPosition scanFrom = default, LogPosition? verifiedEnd = null) =>
        SegmentLog.Open(files, Directory, options ?? Options(), scanFrom, verifiedEnd ?? scanFrom);

    public static void Append(SegmentLog log, LogRecord record) => Done(log.AppendAsync(record, CancellationToken.None));

    public static void Sync(SegmentLog log) => Done(log.SyncAsync(CancellationToken.None));

    public static void Close(SegmentLog log) => Done(log.DisposeAsync());

    /// <summary>Appends all and syncs after each, or after the last.</summary>
    public static void Append(SegmentLog log, IEnumerable<LogRecord> records, bool syncEach = true)
    {
        foreach (LogRecord record in records)
        {
            Append(log, record);
            if (syncEach)
            {
                Sync(log);
            }
        }

        Sync(log);
    }

    public static List<LogRecord> Read(SegmentLog log, LogPosition from = default) => log.Read(from, CancellationToken.None).ToBlockingEnumerable().ToList();

    /// <summary>The log holds the first so many of the records, and nothing else.</summary>
    public static void AssertHolds(SegmentLog log, LogRecord[] records, ulong count)
    {
        Assert.Equal(count, log.End.Sequence);
        Assert.Equal(SampleRecords.Texts(records.Take((int)count)), SampleRecords.Texts(Read(log)));
    }

    public static LogVerification Verify(IFileSystem files, LogPosition verifiedEnd = default) =>
        LogVerifier.Verify(files, Directory, keptFrom: default, verifiedEnd, endsThere: false, onRecord: null, CancellationToken.None);

    private static void Done(ValueTask task)
    {
        Assert.True(task.IsCompleted, "File homes complete on the caller's thread.");
        task.GetAwaiter().GetResult();
    }
}
