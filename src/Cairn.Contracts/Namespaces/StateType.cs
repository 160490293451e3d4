namespace Cairn.Contracts.Namespaces;

/// <summary>The types of typed writing and reading. A number and an integer are read as each other.</summary>
public enum StateType
{
    /// <summary>Any number.</summary>
    Number,

    /// <summary>A number without a fraction, when it is written.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Text.</summary>
    String,

    /// <summary>A JSON object or array.</summary>
    Object,

    /// <summary>No value.</summary>
    Null,
}
