using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;
using Cairn.Vm.Machines;

namespace Cairn.Vm.Running;

/// <summary>How one program is run.</summary>
public sealed record RunSettings
{
    /// <summary>Who runs it, which decides what it may do. Default: nobody in particular, who has no rights.</summary>
    public Principal Principal { get; init; } = Principal.Anonymous;

    /// <summary>
    /// The signed call that the run is; null, the default, for none. It has to be of this program (<see cref="ProgramDigest"/>), it decides who runs, in place of <see cref="Principal"/>, and it counts once: with the block that the run
    /// makes its nonce is used up, be it only the one of its denied attempts. A run that makes no block does not count. What the caller has not signed nobody may choose for them: with a call, <see cref="Stack"/>, <see cref="Memory"/>,
    /// <see cref="Missing"/> and <see cref="BlockPerCommit"/> have to be as they are by default.
    /// </summary>
    public SignedCall? Call { get; init; }

    /// <summary>What <c>loadp</c> does with a key that is not there. Default: the program fails.</summary>
    public MissingKey Missing { get; init; }

    /// <summary>
    /// Whether every outermost transaction, and every write outside of one, becomes a block of its own as soon as it is done, and stays whatever follows. Default: false; the run is one block, or nothing.
    /// </summary>
    public bool BlockPerCommit { get; init; }

    /// <summary>Takes each step when it is done; null, the default, for nobody. What it throws ends the run. Tracing makes a run many times slower.</summary>
    public Action<TraceStep>? Trace { get; init; }

    /// <summary>The most gas of this run; null, the default, for what the limits of the runner say. Never more than that.</summary>
    public ulong? GasLimit { get; init; }

    /// <summary>What is on the stack before the first command, the top last. Default: nothing.</summary>
    public IReadOnlyList<StateValue> Stack { get; init; } = [];

    /// <summary>The global variables that are set before the first command. Default: none.</summary>
    public IReadOnlyDictionary<string, StateValue> Memory { get; init; } = new Dictionary<string, StateValue>(StringComparer.Ordinal);
}
