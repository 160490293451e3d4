using System.CommandLine;
using Cairn.Cli.Input;
using Cairn.Cli.Output;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn run</c>: runs programs on a store.</summary>
internal static class RunCommand
{
    private sealed record Request(string[] Files, string Store, Principal Principal, MissingKey Missing, bool BlockPerCommit, bool Simulate, bool Trace, ulong? Gas, long? Time, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static CliCommand Create(CliStreams streams)
    {
        Argument<string[]> files = new("FILE") { Description = "The programs: source or bytecode; - is standard input", Arity = ArgumentArity.OneOrMore };
        Option<string> store = CommonOptions.Store();
        Option<string?> principal = PrincipalOptions.As();
        Option<MissingKey> missing = Missing();
        Option<bool> blockPerCommit = CommonOptions.Flag("--block-per-commit", "Every outermost transaction, and every write outside of one, is a block of its own, and stays whatever follows");
        Option<bool> simulate = CommonOptions.Flag("--simulate", "Run everything, commit nothing");
        Option<bool> trace = CommonOptions.Flag("--trace", "Print each step on standard error: its place, the command, the stack, what it did with the storage");
        Option<long?> gas = CommonOptions.Number("--gas", "The most gas of a program. Default: 20000000000");
        Option<long?> time = CommonOptions.Time("--time", "The time of the blocks, which versions of keys keep. Default: now");
        Option<bool> json = CommonOptions.Json("Print each run as one object: stack, emitted, events, blocks, height, root, gas, steps, error");
        CliCommand command = new(
            "run",
            "Run programs on a store, one after the other. A run is one block at the next height, or nothing when it fails.",
            """
            Emitted text is printed as it is, then the final stack, the events, and height, root and gas. The store is initialised with 'cairn ns init'.
            The first program that fails ends it: those before it stay. What was refused is put into the audit. A denial or a full quota ends with 5.
            """,
            "cairn run treasury.cairn --store my-store --as alice",
            "cairn run vote.cairn --store my-store --as bob --simulate --trace",
            "cairn run counter.cairnvm counter.cairnvm --store my-store --as alice --missing zero --json")
        {
            files, store, principal, missing, blockPerCommit, simulate, trace, gas, time, json,
        };
        command.SetAction((parsed, cancellationToken) => LanguageErrors.TellAsync(streams, parsed.GetValue(json), () => RunAsync(
            streams,
            new Request(
                parsed.GetRequiredValue(files),
                parsed.GetRequiredValue(store),
                PrincipalOptions.Parse(parsed.GetValue(principal)),
                parsed.GetValue(missing),
                parsed.GetValue(blockPerCommit),
                parsed.GetValue(simulate),
                parsed.GetValue(trace),
                (ulong?)parsed.GetValue(gas),
                parsed.GetValue(time),
                parsed.GetValue(json)),
            cancellationToken)));
        return command;
    }

    /// <summary><c>--missing</c>.</summary>
    public static Option<MissingKey> Missing() => CommonOptions.Choice(
        "--missing",
        "error|zero|null",
        "What 'loadp' does with a key that is not there: end the program (the default), push 0, push null",
        ("error", MissingKey.Error),
        ("zero", MissingKey.Zero),
        ("null", MissingKey.Null));

    /// <summary>What the exit code says of a program that could not go on.</summary>
    public static int ExitCodeOf(ProgramFault fault) => fault.Kind switch
    {
        FaultKind.AccessDenied or FaultKind.QuotaExceeded or FaultKind.VersionConflict => ExitCode.Refused,
        FaultKind.MissingKey or FaultKind.UnknownVersion => ExitCode.NotFound,
        _ => ExitCode.Malformed,
    };

    private static async Task<RunResult> RunAsync(ProgramRunner runner, CompiledProgram program, RunSettings settings, bool isSimulation, CancellationToken cancellationToken)
    {
        try
        {
            return isSimulation ? runner.Simulate(program, settings, cancellationToken) : await runner.RunAsync(program, settings, cancellationToken);
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            throw new CliException(ExitCode.Refused, exception.Message);
        }
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        if (request.Files.Count(InputFile.IsStandardInput) > 1)
        {
            throw new CliException(ExitCode.Malformed, "standard input is one program; '-' goes once.");
        }

        List<CompiledProgram> programs = [];
        foreach (string file in request.Files)
        {
            programs.Add(await ProgramFile.ReadAsync(streams, file, cancellationToken));
        }

        await using StateStore store = await StoreAccess.OpenForUpkeepAsync(request.Store, cancellationToken);
        ProgramRunner runner = new(store, new RunnerOptions { Clock = request.Time is { } ticks ? new FixedClock(ticks) : streams.Clock });
        RunSettings settings = new()
        {
            Principal = request.Principal,
            Missing = request.Missing,
            BlockPerCommit = request.BlockPerCommit,
            GasLimit = request.Gas,
            Trace = request.Trace ? step => streams.Error.WriteLine(ContractArguments.OneLine(step.ToString())) : null,
        };
        foreach (CompiledProgram program in programs)
        {
            RunResult result = await RunAsync(runner, program, settings, request.Simulate, cancellationToken);
            RunOutput.Write(streams.Output, program.SourceName, result, request.AsJson);
            if (result.Fault is { } fault)
            {
                string hint = fault.Kind == FaultKind.AccessDenied && request.Principal.IsAnonymous ? " Nobody in particular runs it: --as says who does." : "";
                CliApplication.Say(streams, result.Error + hint);
                return ExitCodeOf(fault);
            }
        }

        return ExitCode.Fine;
    }
}
