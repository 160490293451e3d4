using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using Cairn.Cli.Commands;
using Cairn.Cli.Input;
using Cairn.Contracts;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Cli;

/// <summary>The command line: parses arguments, runs a command, and turns what goes wrong into an exit code and one line on standard error.</summary>
internal static class CliApplication
{
    private const string ProgramName = "cairn";

    /// <summary>Runs the program.</summary>
    /// <param name="arguments">The arguments, without the program's name.</param>
    /// <param name="streams">What it reads from and writes to.</param>
    /// <param name="cancellationToken">Ends a command at its next sound place.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, CliStreams streams, CancellationToken cancellationToken)
    {
        try
        {
            int code = await InvokeAsync(arguments, streams, cancellationToken);
            streams.Output.Flush();
            return code;
        }
        catch (OutputClosedException)
        {
            return ExitCode.Fine;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Say(streams, "interrupted.");
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (ExitCodeOf(exception) is { } code)
        {
            FlushQuietly(streams.Output);
            Say(streams, exception.Message);
            return code;
        }
    }

    private static async Task<int> InvokeAsync(string[] arguments, CliStreams streams, CancellationToken cancellationToken)
    {
        RootCommand root = CreateRoot(streams);
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Action is ParseErrorAction)
        {
            return RefuseArguments(parsed, streams);
        }

        await using StreamWriter output = new(streams.Output, leaveOpen: true) { AutoFlush = true };
        return await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = streams.Error },
            cancellationToken);
    }

    private static RootCommand CreateRoot(CliStreams streams)
    {
        RootCommand root = new("Cairn keeps the state of a chain of blocks: durable, readable by key, with a 32-byte root after every block.")
        {
            ApplyCommand.Create(streams),
            HeadCommand.Create(streams),
            GetCommand.Create(streams),
            ListCommand.Create(streams),
            CountCommand.Create(streams),
            HistoryCommand.Create(streams),
            DiffCommand.Create(streams),
            BlocksCommand.Create(streams),
            StatsCommand.Create(streams),
            HoldsCommand.Create(streams),
            PruneCommand.Create(streams),
            RewindCommand.Create(streams),
            FinalizeCommand.Create(streams),
            CheckCommand.Create(streams),
            ExportCommand.Create(streams),
            ImportCommand.Create(streams),
            SnapshotCommand.Create(streams),
            CompactCommand.Create(streams),
            ProveCommand.Create(streams),
            ProveRangeCommand.Create(streams),
            ProofSpecCommand.Create(streams),
            VerifyProofCommand.Create(streams),
            VerifyRangeCommand.Create(streams),
            BackupCommand.Create(streams),
            CompareCommand.Create(streams),
            MigrateCommand.Create(streams),
            RepairCommand.Create(streams),
            ContractCommand.Create(streams),
            ExecutionsCommand.Create(streams),
            LayoutCommand.Create(streams),
            NamespaceCommand.Create(streams),
            AccountCommand.Create(streams),
            StorageCommand.Create(streams),
            AuditCommand.Create(streams),
            RunCommand.Create(streams),
            ReplCommand.Create(streams),
            CompileCommand.Create(streams),
            DisassembleCommand.Create(streams),
            FormatCommand.Create(streams),
            QuickstartCommand.Create(streams),
        };
        root.HelpName = ProgramName;
        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help })
            {
                help.MaxWidth = 120;
                option.Action = new HelpWithExamples(help, streams.Output);
            }
            else if (option is VersionOption)
            {
                option.Description = "Show the version";
                option.Action = new VersionAction(streams.Output);
            }
        }

        return root;
    }

    private static int RefuseArguments(ParseResult parsed, CliStreams streams)
    {
        Command command = parsed.CommandResult.Command;
        string name = NameOf(command);
        string reasons = command is RootCommand
            ? parsed.UnmatchedTokens is [string word, ..] ? $"there is no command '{word}'" : "a command is missing"
            : string.Join("; ", parsed.Errors.Select(error => error.Message.TrimEnd('.')));
        Say(streams, $"{reasons}. '{name} --help' shows what is possible.");
        return ExitCode.Malformed;
    }

    /// <summary>A command as it is typed, with the commands it is part of.</summary>
    private static string NameOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : ProgramName;

    private static int? ExitCodeOf(Exception exception) => exception switch
    {
        CliException known => known.ExitCode,
        MalformedInputException or StoreOptionsException or BlockTooLargeException => ExitCode.Malformed,
        BytecodeException or Vm.Language.CompileException or InvalidPathException or ValueFormatException or ValueTypeException => ExitCode.Malformed,
        StoreNotFoundException or SnapshotNotFoundException or KeyMissingException or VersionNotFoundException => ExitCode.NotFound,
        NamespaceException { Fault: NamespaceFault.Missing or NamespaceFault.ParentMissing } => ExitCode.NotFound,
        StateCorruptedException or SnapshotDamagedException or ContractRecordException => ExitCode.Damaged,
        StoreLockedException => ExitCode.Busy,
        StoreFailedException => ExitCode.InputOutput,
        StateStoreException => ExitCode.Refused,
        IOException or UnauthorizedAccessException => ExitCode.InputOutput,
        _ => null,
    };

    internal static void Say(CliStreams streams, string message)
    {
        try
        {
            streams.Error.WriteLine($"{ProgramName}: {ContractArguments.OneLine(message.ReplaceLineEndings(" "))}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // standard error is closed: the exit code has to do
        }
    }

    /// <summary>Gives out what was found before a failure; the failure is what counts.</summary>
    private static void FlushQuietly(OutputStream output)
    {
        try
        {
            output.Flush();
        }
        catch (Exception exception) when (exception is IOException or OutputClosedException)
        {
        }
    }

    /// <summary>The library's help, and the examples of the command behind it.</summary>
    private sealed class HelpWithExamples(HelpAction help, OutputStream output) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            CliCommand? command = parseResult.CommandResult.Command as CliCommand;
            if (command is { Details.Length: > 0 })
            {
                WriteSection("Details:", command.Details.Split('\n'));
            }

            WriteSection("Examples:", command?.Examples ?? ["cairn quickstart", "cairn apply --store my-store --roots blocks.jsonl"]);
            output.WriteLine("Exit codes:");
            output.WriteLine("  0 fine; 1 malformed usage or input; 2 not found (key, store, no block yet); 3 damage found, or a proof refused; 4 store busy;");
            output.WriteLine("  5 refused (denied, quota, height not above the last, root mismatch, not retained, other format); 6 I/O failure; 7 different (compare); 130 interrupted");
            return code;
        }

        private void WriteSection(string title, string[] lines)
        {
            output.WriteLine(title);
            foreach (string line in lines)
            {
                output.WriteLine("  " + line);
            }

            output.WriteLine("");
        }
    }

    private sealed class VersionAction(OutputStream output) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            string version = typeof(CliApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            output.WriteLine($"{ProgramName} {version.Split('+')[0]}");
            return ExitCode.Fine;
        }
    }
}
