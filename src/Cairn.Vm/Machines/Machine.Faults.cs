using Cairn.Contracts.Execution;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Machines;

/// <content>Faults of programs, and what is none.</content>
internal sealed partial class Machine
{
    /// <summary>Says what an exception means for the program, and where it is.</summary>
    /// <returns>Null for what is not the program's fault: a store that failed, a run that was cancelled.</returns>
    private ProgramFault? FaultOf(Exception exception) => exception switch
    {
        FaultSignal signal => At(signal.Kind, signal.Message, signal.InnerException) with { Limit = signal.Limit, Allowed = signal.Allowed },
        OutOfGasException outOfGas => At(FaultKind.LimitExceeded, $"The gas limit of {outOfGas.Limit} (MachineLimits.Gas) does not cover the {outOfGas.Needed} that are needed by here.", outOfGas) with { Limit = MachineLimit.Gas, Allowed = outOfGas.Limit },
        BlockTooLargeException tooLarge => At(FaultKind.LimitExceeded, tooLarge.Message, tooLarge) with { Limit = MachineLimit.BlockBytes, Allowed = StateLimits.MaxBlockBytes },
        AccessDeniedException => At(FaultKind.AccessDenied, exception.Message, exception),
        QuotaExceededException => At(FaultKind.QuotaExceeded, exception.Message, exception),
        VersionConflictException => At(FaultKind.VersionConflict, exception.Message, exception),
        KeyMissingException => At(FaultKind.MissingKey, exception.Message, exception),
        VersionNotFoundException => At(FaultKind.UnknownVersion, exception.Message, exception),
        ValueTypeException => At(FaultKind.WrongType, exception.Message, exception),
        ValueFormatException => At(FaultKind.OutOfRange, exception.Message, exception),
        InvalidPathException or NamespaceException => At(FaultKind.InvalidKey, exception.Message, exception),
        _ => null,
    };

    private ProgramFault At(FaultKind kind, string message, Exception? cause)
    {
        // The place is that behind the instruction that failed.
        int origin = _at > 0 ? _program.Origins[_at - 1] : -1;
        SourcePosition position = origin < 0 || kind == FaultKind.UnclosedTransaction ? default : _program.Source.Code[origin].Position;
        string function = _program.Functions[_function].Name;
        bool isSomewhere = position != default;
        return new ProgramFault
        {
            Kind = kind,
            Message = message,
            Cause = cause,
            File = _program.Source.SourceName,
            Line = position.Line,
            Column = position.Column,
            Function = isSomewhere && function.Length > 0 ? function : null,
            Command = isSomewhere ? CommandWords.Line(_program.Source, origin) : null,
        };
    }
}
