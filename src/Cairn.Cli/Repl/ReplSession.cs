using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;
using Cairn.Vm.Language;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;

namespace Cairn.Cli.Repl;

/// <summary>What stays from entry to entry: the stack, the variables, the functions. Each entry is a run of its own; what it writes is committed when it ends well.</summary>
internal sealed class ReplSession(StateStore store, TimeProvider clock, Principal principal, MissingKey missing)
{
    /// <summary>What messages call an entry.</summary>
    public const string EntryName = "entry";

    private readonly ProgramRunner _runner = new(store, new RunnerOptions { Clock = clock });
    private readonly SortedDictionary<string, string> _functions = new(StringComparer.Ordinal);
    private Dictionary<string, StateValue> _memory = new(StringComparer.Ordinal);

    /// <summary>The store.</summary>
    public StateStore Store => store;

    /// <summary>Who runs what is entered.</summary>
    public Principal Principal { get; set; } = principal;

    /// <summary>Takes the steps of runs; null for nobody.</summary>
    public Action<TraceStep>? Trace { get; set; }

    /// <summary>The stack, the top last.</summary>
    public IReadOnlyList<StateValue> Stack { get; private set; } = [];

    /// <summary>The variables.</summary>
    public IReadOnlyDictionary<string, StateValue> Memory => _memory;

    /// <summary>The functions by name, as they were defined.</summary>
    public IReadOnlyDictionary<string, string> Functions => _functions;

    /// <summary>Forgets stack, variables and functions.</summary>
    public void Reset()
    {
        Stack = [];
        _memory = new(StringComparer.Ordinal);
        _functions.Clear();
    }

    /// <summary>Runs an entry, or takes up the function that it defines.</summary>
    /// <param name="entry">The text.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>How it ended; null for a definition. After a fault, stack and variables are what they were before.</returns>
    /// <exception cref="CompileException">The entry is no program.</exception>
    public async Task<RunResult?> RunAsync(string entry, CancellationToken cancellationToken)
    {
        string? defined = NameDefinedBy(entry);
        CompiledProgram program = Compiler.Compile(entry + OtherFunctions(defined), EntryName);
        if (defined is not null)
        {
            _functions[defined] = entry;
            return null;
        }

        RunResult result = await _runner.RunAsync(
            program,
            new RunSettings { Principal = Principal, Missing = missing, BlockPerCommit = true, Stack = Stack, Memory = _memory, Trace = Trace },
            cancellationToken);
        if (result.IsSuccess)
        {
            Stack = result.Stack;
            _memory = new(result.Memory, StringComparer.Ordinal);
        }

        return result;
    }

    /// <summary>The function that an entry defines; null when it is none.</summary>
    private static string? NameDefinedBy(string entry)
    {
        const string Definition = "def ";
        ReadOnlySpan<char> line = entry.AsSpan().TrimStart();
        int end = line.IndexOf('(');
        return line.StartsWith(Definition, StringComparison.Ordinal) && end > 0 ? line[Definition.Length..end].Trim().ToString() : null;
    }

    /// <summary>The functions as text behind the entry, so that its lines keep their numbers in messages.</summary>
    private string OtherFunctions(string? defined) => string.Concat(_functions.Where(function => !string.Equals(function.Key, defined, StringComparison.Ordinal)).Select(static function => function.Value));
}
