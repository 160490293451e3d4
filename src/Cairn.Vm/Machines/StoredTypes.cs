using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Machines;

/// <summary>The types of commands as the storage knows them.</summary>
internal static class StoredTypes
{
    /// <summary>The type of the storage that a command names.</summary>
    public static StateType Of(StoredType type) => type switch
    {
        StoredType.Number => StateType.Number,
        StoredType.Integer => StateType.Integer,
        StoredType.Boolean => StateType.Boolean,
        StoredType.String => StateType.String,
        StoredType.Object => StateType.Object,
        _ => StateType.Null,
    };

    /// <summary>Whether a value can be loaded as a type: numbers and integers as each other.</summary>
    public static bool IsOf(in StateValue value, StateType type) => value.Kind == type switch
    {
        StateType.Number or StateType.Integer => ValueKind.Number,
        StateType.Boolean => ValueKind.Boolean,
        StateType.String => ValueKind.String,
        StateType.Object => ValueKind.Object,
        _ => ValueKind.Null,
    };
}
