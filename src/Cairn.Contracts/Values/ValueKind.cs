namespace Cairn.Contracts.Values;

/// <summary>What a <see cref="StateValue"/> is. The numbers are the first bytes of encoded values.</summary>
public enum ValueKind : byte
{
    /// <summary>Nothing: the value of <c>default</c>.</summary>
    Null = 0,

    /// <summary>True or false.</summary>
    Boolean = 1,

    /// <summary>A number of IEEE 754 binary64.</summary>
    Number = 2,

    /// <summary>Text.</summary>
    String = 3,

    /// <summary>A JSON object or array in its canonical form.</summary>
    Object = 4,
}
