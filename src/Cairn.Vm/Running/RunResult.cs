using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Cairn.Vm.Machines;

namespace Cairn.Vm.Running;

/// <summary>How a run ended, and what it left.</summary>
public sealed record RunResult
{
    /// <summary>Why the program could not go on; null when it ran to its end.</summary>
    public ProgramFault? Fault { get; init; }

    /// <summary>Whether the program ran to its end.</summary>
    public bool IsSuccess => Fault is null;

    /// <summary>Whether nothing was to be committed.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>The stack when the run ended, the top last.</summary>
    public required IReadOnlyList<StateValue> Stack { get; init; }

    /// <summary>The global variables when the run ended, together with those that were set before.</summary>
    public required IReadOnlyDictionary<string, StateValue> Memory { get; init; }

    /// <summary>The texts that were emitted, dumps among them, in order.</summary>
    public required IReadOnlyList<string> Emitted { get; init; }

    /// <summary>The events that were emitted, in order.</summary>
    public required IReadOnlyList<ProgramEvent> Events { get; init; }

    /// <summary>The blocks that the run made, in order, the one of its denied attempts not among them; of a simulation those that it would have made, of a prepared run none.</summary>
    public required IReadOnlyList<RunBlock> Blocks { get; init; }

    /// <summary>The height of the newest block when the run ended, which for a simulation is none of the store; null for an empty store.</summary>
    public BlockHeight? Height { get; init; }

    /// <summary>The state root at that height.</summary>
    public Hash256 Root { get; init; }

    /// <summary>The height of the block that holds the audit records of attempts that were refused, where what they were part of was discarded; null when there is none. It changes nothing of the state but the nonce of a signed call. Refused reads alone make none.</summary>
    public BlockHeight? AuditHeight { get; init; }

    /// <summary>What was refused to the principal, in order.</summary>
    public IReadOnlyList<AuditAttempt> Attempts { get; init; } = [];

    /// <summary>The gas that was used.</summary>
    public ulong GasUsed { get; init; }

    /// <summary>The steps of the run, as <see cref="MachineLimits.Steps"/> counts them.</summary>
    public long Steps { get; init; }

    /// <summary>How long the program ran.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The error and what became of what the program wrote, as users read it; null when it ran to its end.</summary>
    public string? Error => Fault is not { } fault ? null : (IsSimulated, Blocks.Count) switch
    {
        (true, _) => fault.ToString(),
        (_, 0) => $"{fault} Nothing of the run is kept.",
        (_, 1) => $"{fault} The block committed before stays (height {Blocks[0].Height}); what was written since is discarded.",
        (_, var count) => $"{fault} The {count} blocks committed before stay (up to height {Blocks[^1].Height}); what was written since is discarded.",
    };

    /// <summary>Returns if the program ran to its end.</summary>
    /// <exception cref="ProgramFaultException">It did not.</exception>
    public void ThrowIfFailed()
    {
        if (Fault is { } fault)
        {
            throw new ProgramFaultException(fault);
        }
    }
}
