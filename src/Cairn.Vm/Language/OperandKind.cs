namespace Cairn.Vm.Language;

/// <summary>What stands in the place of an operand.</summary>
internal enum OperandKind
{
    /// <summary>A literal: a number, a string in quotes, <c>true</c>, <c>false</c>, <c>null</c>, a JSON object or array.</summary>
    Literal,

    /// <summary>The name of a variable.</summary>
    Variable,

    /// <summary>The name of a function.</summary>
    Function,

    /// <summary>A key, with or without quotes.</summary>
    Key,

    /// <summary>The beginning of keys, with or without quotes.</summary>
    Prefix,

    /// <summary>A role, with or without quotes.</summary>
    Role,

    /// <summary>Text, with or without quotes.</summary>
    Text,

    /// <summary>A type.</summary>
    Type,

    /// <summary>A count: digits.</summary>
    Count,

    /// <summary>The number of a version: digits.</summary>
    Version,
}
