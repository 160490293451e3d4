namespace Cairn.Contracts.Execution;

/// <summary>A call that a contract made failed. What it wrote is taken back; what the contract wrote itself stays if it goes on.</summary>
public sealed class CallFailedException : StateStoreException
{
    internal CallFailedException(ContractCall call, ExecutionResult result)
        : base($"{Name(call)} failed ({result.Failure}){(result.WithoutLocalText().Error is { } reason ? $": {reason}" : ".")}", RecoveryAction.FixTheCall)
    {
        Result = result.WithoutLocalText();
        FullText = $"{Name(call)} failed ({result.Failure}): {result.Error}";
    }

    /// <summary>How the call ended.</summary>
    public ExecutionResult Result { get; }

    /// <summary>What the record of the execution says.</summary>
    internal string FullText { get; }

    private static string Name(ContractCall call) => $"The call of '{call.Method}' of contract {call.Contract}";
}
