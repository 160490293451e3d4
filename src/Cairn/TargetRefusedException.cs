namespace Cairn;

/// <summary>The place that something was to be written to, a backup, a repaired or a migrated store, has something else. Nothing was changed.</summary>
public sealed class TargetRefusedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="target">The place.</param>
    /// <param name="reason">What is there, and what to do.</param>
    public TargetRefusedException(string target, string reason)
        : base($"'{target}': {reason}", RecoveryAction.FixTheCall) => Target = target;

    /// <summary>The place.</summary>
    public string Target { get; }
}
