using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn import</c>: puts snapshots into a store.</summary>
internal static class ImportCommand
{
    private sealed record Request(string[] Files, string Store, string? Home, Hash256? Root, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string?> home = CommonOptions.Choice<string?>("--home", "directory|jsonl", "What a new store is kept in: directory (the default), or jsonl, one readable file for small state", ("directory", "dir"), ("jsonl", "jsonl"));
        Option<Hash256> root = ProofOptions.Root();
        root.Required = false;
        root.Description = "The root that the last snapshot has to have, known from elsewhere: 64 hexadecimal digits";
        Option<bool> json = CommonOptions.Json("Print {\"height\":…,\"root\":\"…\",\"entries\":…,\"blocks\":…}");
        Argument<string[]> files = new("FILE") { Arity = ArgumentArity.OneOrMore, Description = "A full snapshot for a new store, and incremental ones that lead on from it, in any order; or incremental ones that lead on from a store; - is standard input" };
        CliCommand command = new(
            "import",
            "Put snapshots into a store.",
            """
            A full snapshot makes a new store; each incremental one is committed as a block behind it. Every part proves that it belongs to the root of its snapshot before anything of it is written; whether that is the root of your chain,
            --root says. An import that was interrupted goes on where it stopped when the same command is run again; until then the store is refused by everything else.
            """,
            "cairn import --store my-store --root 5b03…0213 state-1200.snapshot",
            "cairn import --store my-store state-1200.snapshot 1200-1300.snapshot",
            "cairn import --store my-store 1300-1400.snapshot")
        {
            files, store, home, root, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams, new Request(parsed.GetRequiredValue(files), parsed.GetRequiredValue(store), parsed.GetValue(home), parsed.GetResult(root) is null ? null : parsed.GetValue(root), parsed.GetValue(json)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        string[] files = InOrder(request.Files);
        List<Stream> snapshots = [];
        try
        {
            snapshots.AddRange(files.Select(file => IsStandardInput(file) ? streams.OpenInput() : Open(file)));
            using ProgressLine line = new(streams);
            SnapshotImportOptions options = new() { ExpectedRoot = request.Root, Names = files, OnProgress = progress => line.Show(() => SnapshotText.Of(progress)) };
            await using StateStore store = await ImportAsync(StoreLocation.ForCreation(request.Store, request.Home), snapshots, options, cancellationToken);
            line.Clear();
            Tell(streams, request, store);
        }
        finally
        {
            snapshots.ForEach(static stream => stream.Dispose());
        }

        return ExitCode.Fine;
    }

    private static async Task<StateStore> ImportAsync(string location, List<Stream> snapshots, SnapshotImportOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await StateStore.ImportSnapshotAsync(location, snapshots, new StateStoreOptions { RetainAll = true }, options, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            throw new CliException(ExitCode.Malformed, exception.Message);
        }
    }

    /// <summary>Snapshots go upwards: files are put in the order of their heights. Standard input stands for itself.</summary>
    private static string[] InOrder(string[] files)
    {
        if (files.Any(IsStandardInput))
        {
            return files.Length == 1 ? files : throw new CliException(ExitCode.Malformed, "standard input can be the only snapshot alone.");
        }

        return [.. files.OrderBy(static file =>
        {
            using FileStream stream = Open(file);
            return SnapshotInfo.ReadFrom(stream, file).Height.Value;
        })];
    }

    private static bool IsStandardInput(string file) => string.Equals(file, "-", StringComparison.Ordinal);

    private static FileStream Open(string file) => File.Exists(file)
        ? new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 18)
        : throw new CliException(ExitCode.NotFound, $"there is no file '{file}'.");

    private static void Tell(CliStreams streams, Request request, StateStore store)
    {
        StoreStatistics statistics = store.GetStatistics();
        using StateView view = store.OpenView();
        if (request.AsJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.Height("height", view.Height);
                writer.WriteString("root", view.Root.ToString());
                writer.WriteNumber("entries", view.State.Totals.Entries);
                writer.WriteNumber("blocks", statistics.BlockCount);
            });
        }
        else
        {
            streams.Output.WriteLine($"height {view.Height}, {view.State.Totals.Entries} entries, root {view.Root}");
        }
    }
}
