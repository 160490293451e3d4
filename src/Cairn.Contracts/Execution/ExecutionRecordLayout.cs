namespace Cairn.Contracts.Execution;

/// <summary>The bytes of a record of an execution: see <c>docs/format.md</c>, "Execution record".</summary>
internal static class ExecutionRecordLayout
{
    public const int VersionOffset = 0;
    public const int FlagsOffset = 1;
    public const int CallerOffset = 2;
    public const int HeightOffset = 22;
    public const int DurationOffset = 30;
    public const int GasUsedOffset = 38;
    public const int IdLengthOffset = 46;
    public const int ContractLengthOffset = 47;
    public const int FunctionLengthOffset = 49;
    public const int ErrorLengthOffset = 50;
    public const int SizeBytes = 52;

    public const byte Version = 1;
    public const byte SuccessFlag = 1;
    public const byte ErrorFlag = 2;

    /// <summary>The longest record.</summary>
    public const int MaxBytes = SizeBytes + ExecutionId.MaxBytes + Registry.ContractId.MaxBytes + ExecutionRecord.MaxFunctionBytes + ExecutionRecord.MaxErrorBytes;
}
