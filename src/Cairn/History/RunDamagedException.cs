namespace Cairn.History;

/// <summary>A run cannot be read. Never leaves the history: the run is dropped and made anew from the log.</summary>
internal sealed class RunDamagedException(Run run, Exception cause)
    : StateStoreException($"The history run '{run.Path}' is damaged. It is made anew from the log.", RecoveryAction.Retry, cause)
{
    /// <summary>The run.</summary>
    public Run Run => run;
}
