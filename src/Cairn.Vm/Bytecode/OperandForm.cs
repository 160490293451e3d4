namespace Cairn.Vm.Bytecode;

/// <summary>Which operands an opcode has: one form for the writer, the reader and the checks.</summary>
internal enum OperandForm
{
    /// <summary>No opcode has this form: the byte is none.</summary>
    Unknown,

    /// <summary>No operand.</summary>
    None,

    /// <summary>The index of a constant.</summary>
    Constant,

    /// <summary>The index of a name that is an identifier.</summary>
    Identifier,

    /// <summary>The index of any name.</summary>
    Text,

    /// <summary>The index of any name, or none.</summary>
    OptionalText,

    /// <summary>The index of any name, or none, and a type.</summary>
    OptionalTextAndType,

    /// <summary>The index of any name and a number.</summary>
    TextAndNumber,

    /// <summary>The index of any name and two numbers.</summary>
    TextAndNumbers,

    /// <summary>The indexes of two names.</summary>
    Texts,

    /// <summary>A number.</summary>
    Number,

    /// <summary>The index of a function.</summary>
    Function,

    /// <summary>The length of the part of a block that begins here.</summary>
    Length,

    /// <summary>A number, and the length of the block.</summary>
    NumberAndLength,

    /// <summary>The index of a constant, and the length of the part of the block.</summary>
    ConstantAndLength,
}
