using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>What the generator refuses of methods that are called from outside.</summary>
internal static class DispatchFaults
{
    public const string MethodShape = "CAIRN040";
    public const string CallType = "CAIRN041";
    public const string ParameterShape = "CAIRN042";
    public const string DuplicateMethod = "CAIRN043";
    public const string NoContract = "CAIRN044";

    /// <summary>All rules.</summary>
    public static IReadOnlyList<DiagnosticDescriptor> All { get; } =
    [
        Faults.Rule(
            MethodShape,
            "A method that is called from outside is a plain public method",
            "'{0}' cannot be called from outside: it {1}",
            "Methods with [ContractMethod] or [ContractView] are public instance methods without type parameters. They return when they are done: nothing in them waits."),
        Faults.Rule(
            CallType,
            "Arguments and results are encoded",
            "'{0}' of '{1}' cannot be encoded in a call; use {2}",
            "Arguments and results are integers, bool, enums, string, StorageBytes, Address, Hash256, BigInteger, DateTimeOffset, and arrays, optional values and tuples of these."),
        Faults.Rule(
            ParameterShape,
            "Arguments are passed by value",
            "'{0}' of '{1}' is passed by reference; pass it by value, and return what the method gives",
            "What comes from outside is encoded in bytes, and what goes out is the result: there is nothing to refer to."),
        Faults.Rule(
            DuplicateMethod,
            "A name names one method",
            "'{0}' is already {1}; give it another name",
            "Calls name methods, without their parameters, so a name that has several meanings cannot be called. Generated members have names too: Program, Calls, At, Context."),
        Faults.Rule(
            NoContract,
            "Methods are called in contracts",
            "'{0}' is in no contract; mark its class with [Contract]",
            "[ContractMethod] and [ContractView] say something about methods of contracts alone."),
    ];
}
