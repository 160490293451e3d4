using System.Diagnostics;
using System.Globalization;
using Cairn.Benchmarks.Machines;
using Cairn.Benchmarks.Results;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>
/// Opens a store after it was closed, and after its process was killed with three quarters of what starts a checkpoint in the log behind the last one: close to the most that is ever replayed. Checks that no acknowledged block is
/// gone. The files are in the system's cache.
/// </summary>
internal static class ReopenCase
{
    private const string Table = "reopen";
    private const int FirstReads = 1_000;
    private static readonly long KillAtReplayBytes = new StateStoreOptions().ReplayBytes * 3 / 4;

    /// <summary>Measures on a closed store.</summary>
    public static async Task RunAsync(BenchmarkOptions options, KeySpace space, string directory, Figures figures)
    {
        await OpenAsync(options, space, directory, acknowledged: null, figures.In(Table, "after a close"));
        (BlockHeight Height, string Root) acknowledged = await WriteAndKillAsync(options, directory);
        await OpenAsync(options, space, directory, acknowledged, figures.In(Table, "after a kill"));
    }

    private static async Task OpenAsync(BenchmarkOptions options, KeySpace space, string directory, (BlockHeight Height, string Root)? acknowledged, Figures.Column column)
    {
        UsageMeter meter = new();
        StoreSession session = await StoreSession.OpenAsync(options, directory, options.Durability);
        Usage opening = meter.Read();
        TimeSpan reads = ReadSome(options, space, session);
        if (acknowledged is { } block)
        {
            using StateView view = session.Store.ViewAt(block.Height);
            if (view.Height != block.Height || view.Root.ToString() != block.Root)
            {
                throw new InvalidOperationException($"Block {block.Height} was acknowledged with root {block.Root}; after the kill the store has block {view.Height} with root {view.Root}.");
            }
        }

        TimeSpan scanProcessor = SystemCalls.ThreadTime;
        long scanning = Stopwatch.GetTimestamp();
        ScanCase.ReadAll(session);
        TimeSpan scan = Stopwatch.GetElapsedTime(scanning);
        scanProcessor = SystemCalls.ThreadTime - scanProcessor;

        RecoveryReport recovery = session.Store.Recovery;
        long closing = Stopwatch.GetTimestamp();
        await session.DisposeAsync();
        column.AddTime("open", session.OpenTime);
        column.AddTime("processor time of it", opening.OwnProcessor);
        column.Add("blocks replayed", "1", recovery.BlocksReplayed);
        column.AddBytes("log truncated", recovery.BytesTruncated);
        column.AddTime($"first {FirstReads:N0} reads", reads);
        column.AddTime("first scan of the whole tree", scan);
        column.AddTime("processor time of that", scanProcessor);
        column.AddTime("close", Stopwatch.GetElapsedTime(closing));
        column.Add("others' processors", "cores", opening.OtherCores);
    }

    private static TimeSpan ReadSome(BenchmarkOptions options, KeySpace space, StoreSession session)
    {
        using StateView view = session.Store.OpenView();
        Span<byte> key = stackalloc byte[KeySpace.KeyBytes];
        Span<byte> value = stackalloc byte[KeySpace.MaxValueBytes];
        ulong state = Mixing.Stream(options.Seed, FirstReads);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < FirstReads; i++)
        {
            space.WriteKey(Mixing.Below(ref state, (ulong)options.Keys), key);
            if (!view.State.TryGet(key, value, out _))
            {
                throw new InvalidOperationException("A key that was loaded is absent after reopening.");
            }
        }

        return Stopwatch.GetElapsedTime(started);
    }

    private static async Task<(BlockHeight Height, string Root)> WriteAndKillAsync(BenchmarkOptions options, string directory)
    {
        using Process writer = Process.Start(Command(options, directory)) ?? throw new InvalidOperationException("The writing process did not start.");
        try
        {
            while (await writer.StandardOutput.ReadLineAsync() is { } line)
            {
                string[] words = line.Split(' ');
                if (long.Parse(words[2], CultureInfo.InvariantCulture) >= KillAtReplayBytes)
                {
                    return (new BlockHeight(ulong.Parse(words[0], CultureInfo.InvariantCulture)), words[1]);
                }
            }

            throw new InvalidOperationException("The writing process ended by itself.");
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync();
        }
    }

    private static ProcessStartInfo Command(BenchmarkOptions options, string directory)
    {
        string program = Environment.ProcessPath!;
        ProcessStartInfo command = new(program) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            command.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        string[] arguments = [BlockWriter.Verb, directory, "--seed", $"{options.Seed}", "--cache", $"{options.CacheBytes >> 20}"];
        Array.ForEach(arguments, command.ArgumentList.Add);
        return command;
    }
}
