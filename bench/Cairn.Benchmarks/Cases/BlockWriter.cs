using System.Globalization;
using Cairn.Benchmarks.Workloads;

namespace Cairn.Benchmarks.Cases;

/// <summary>The process that is killed: commits blocks durably and acknowledges each on a line of its own: height, root, bytes a reopening would replay.</summary>
internal static class BlockWriter
{
    /// <summary>The verb that starts it.</summary>
    public const string Verb = "write-blocks";

    /// <summary>The updates of its blocks.</summary>
    public const int BlockUpdates = 10_000;

    /// <summary>Commits until the process ends.</summary>
    public static async Task RunAsync(BenchmarkOptions options, string directory)
    {
        KeySpace space = new(options.Seed);
        UpdateBuffer buffer = new(space, BlockUpdates);
        await using StoreSession session = await StoreSession.OpenAsync(options, directory, Durability.Durable);
        UpdateStream stream = new(options.Seed, session.Store.GetStatistics().State.Entries);
        while (true)
        {
            stream.Fill(buffer, BlockUpdates, version: session.NextHeight.Value);
            using BlockDraft draft = session.Store.CreateDraft(session.NextHeight);
            buffer.PutInto(draft.State);
            CommittedBlock block = await session.Store.CommitAsync(draft);
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{block.Height} {block.Root} {session.Store.GetStatistics().ReplayBytes}"));
            await Console.Out.FlushAsync();
        }
    }
}
