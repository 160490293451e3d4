using System.Diagnostics;
using System.Globalization;
using Cairn.Benchmarks.Engines;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>The process that is killed: commits blocks durably and acknowledges each on a line of its own.</summary>
internal static class BlockWriter
{
    /// <summary>The verb that starts it.</summary>
    public const string Verb = "write-blocks";

    /// <summary>The updates of its blocks.</summary>
    public const int BlockUpdates = 10_000;

    /// <summary>Commits until the process ends.</summary>
    /// <param name="options">The options of the program.</param>
    /// <param name="kind">The engine.</param>
    /// <param name="directory">Its database.</param>
    /// <param name="keyCount">The keys that are there.</param>
    /// <param name="version">The version of the values of the first block.</param>
    public static async Task RunAsync(BenchmarkOptions options, EngineKind kind, string directory, ulong keyCount, ulong version)
    {
        EngineCatalog.Prepare(kind, options.RocksDb);
        UpdateBuffer buffer = new(new KeySpace(options.Seed), BlockUpdates);
        UpdateStream stream = new(options.Seed, keyCount);
        await using IEngine engine = await EngineCatalog.OpenAsync(kind, new EngineSettings(directory, options.CacheBytes, Durability.Durable));
        for (ulong block = 1; ; block++)
        {
            stream.Fill(buffer, BlockUpdates, version++);
            await engine.CommitAsync(buffer);
            await Console.Out.WriteLineAsync(block.ToString(CultureInfo.InvariantCulture));
            await Console.Out.FlushAsync();
        }
    }

    /// <summary>Starts it on the database of a session, which is closed, and kills it when it has acknowledged some blocks. It may have gone on a little by then.</summary>
    public static async Task RunAndKillAsync(EngineSession session, int blocks)
    {
        session.RestartStream();
        using Process writer = OwnProcess.Start(session.Options, readsOutput: true, Verb, $"{session.Kind}", session.Directory!, $"{session.Stream.KeyCount}", $"{session.Version + 1}");
        int acknowledged = 0;
        try
        {
            while (acknowledged < blocks && await writer.StandardOutput.ReadLineAsync() is not null)
            {
                acknowledged++;
            }
        }
        finally
        {
            writer.Kill();
            await writer.WaitForExitAsync();
        }

        if (acknowledged < blocks)
        {
            throw new InvalidOperationException("The writing process ended by itself.");
        }
    }

    /// <summary>Checks that the blocks of the killed process are there as far as one can be found, whole, and that this is at least as far as it had acknowledged them.</summary>
    /// <returns>How many there are.</returns>
    public static int Check(EngineSession session, int acknowledged)
    {
        using IEngineReader reader = session.Engine.OpenReader();
        UpdateBuffer buffer = new(session.Space, BlockUpdates);
        Dictionary<ulong, ulong> versions = [];
        byte[] key = new byte[KeySpace.KeyBytes];
        byte[] expected = new byte[KeySpace.MaxValueBytes];
        byte[] found = new byte[KeySpace.MaxValueBytes];
        int blocks = 0;
        while (true)
        {
            // The first key that a block adds tells whether it is there.
            session.Space.WriteKey(session.Stream.KeyCount, key);
            if (reader.Get(key, found) < 0)
            {
                break;
            }

            ulong version = session.NextVersion();
            session.Stream.Fill(buffer, BlockUpdates, version);
            foreach (ulong number in buffer.Numbers)
            {
                versions[number] = version;
            }

            blocks++;
        }

        foreach ((ulong number, ulong version) in versions)
        {
            session.Space.WriteKey(number, key);
            int length = session.Space.WriteValue(number, version, expected);
            if (reader.Get(key, found) != length || !found.AsSpan(0, length).SequenceEqual(expected.AsSpan(0, length)))
            {
                throw new InvalidOperationException($"After the kill key {number} has not the value of the last block that put it.");
            }
        }

        return blocks >= acknowledged ? blocks : throw new InvalidOperationException($"{acknowledged} blocks were acknowledged; after the kill there are {blocks}.");
    }
}
