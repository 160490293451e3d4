using System.CommandLine;
using System.Text;
using Cairn.Cli.Repl;
using Cairn.Cli.Terminal;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Vm.Machines;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn repl</c>: runs what is typed.</summary>
internal static class ReplCommand
{
    private const string MemoryStore = "memory:";
    private const string MemoryAdmin = "admin";
    private const string HistoryFile = "repl-history";

    /// <summary>Makes the command.</summary>
    public static CliCommand Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store("The store. Default: one in memory, which is gone at the end, with the principal 'admin' who may do everything", isRequired: false);
        Option<string?> principal = PrincipalOptions.As();
        Option<MissingKey> missing = RunCommand.Missing();
        Option<long?> time = CommonOptions.Time("--time", "The time of the blocks. Default: now");
        Option<bool> noHistory = CommonOptions.Flag("--no-history", "Neither read nor write the file with the lines of earlier sessions");
        Option<bool> json = CommonOptions.Json("Print what each entry came to as one object, as 'run --json' does");
        CliCommand command = new(
            "repl",
            "Run commands as they are typed. Stack, variables and functions stay; what is written is committed at once.",
            """
            A line that ends in a colon opens a block: an empty line ends it. From 'begintx' on lines are collected up to its 'committx' or 'rollbacktx'. Tab completes
            commands, functions, variables and keys; the arrows bring lines back. ':help' shows what else there is. From a file or pipe, the first mistake ends it.
            """,
            "cairn repl",
            "cairn repl --store my-store --as alice",
            "printf 'push 2\\npush 3\\nadd\\n' | cairn repl")
        {
            store, principal, missing, time, noHistory, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            parsed.GetValue(store),
            parsed.GetValue(principal),
            parsed.GetValue(missing),
            parsed.GetValue(time) is { } ticks ? new FixedClock(ticks) : streams.Clock,
            parsed.GetValue(noHistory),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string? location, string? principal, MissingKey missing, TimeProvider clock, bool noHistory, bool asJson, CancellationToken cancellationToken)
    {
        await using StateStore store = location is null ? await CreateInMemoryAsync(clock, cancellationToken) : await StoreAccess.OpenForUpkeepAsync(location, cancellationToken);
        ReplSession session = new(store, clock, PrincipalOptions.Parse(principal ?? (location is null ? MemoryAdmin : null)), missing);
        if (streams.Terminal is not { } terminal)
        {
            using StreamReader reader = new(streams.OpenInput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return await new ReplLoop(streams, session, new ReplLines.Read(reader), isInteractive: false, asJson).RunAsync(cancellationToken);
        }

        streams.Output.WriteLine(location is null ? "A store in memory; ':help' shows what there is, ':quit' ends." : $"{store.Location}, height {store.Height?.ToString() ?? "none"}; ':help' shows what there is, ':quit' ends.");
        streams.Output.Flush();
        InputHistory history = noHistory ? new InputHistory() : HistoryFiles.Load(HistoryFile);
        LineEditor editor = new(terminal, history, new ReplCompleter(session).Complete);
        int code = await new ReplLoop(streams, session, new ReplLines.Typed(editor), isInteractive: true, asJson).RunAsync(cancellationToken);
        if (!noHistory)
        {
            HistoryFiles.Save(HistoryFile, history);
        }

        return code;
    }

    private static async Task<StateStore> CreateInMemoryAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        StateStore store = await StateStore.OpenAsync(MemoryStore, cancellationToken: cancellationToken);
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        draft.TimeTicks = clock.GetUtcNow().Ticks - DateTime.UnixEpoch.Ticks;
        NamespaceStore.Initialize(draft, new Principal(MemoryAdmin));
        await store.CommitAsync(draft, cancellationToken);
        return store;
    }
}
