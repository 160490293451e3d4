namespace Cairn.Vm.Bytecode;

/// <summary>The type that <c>storeptyped</c> and <c>loadptyped</c> name. The numbers are those of the bytecode.</summary>
public enum StoredType : byte
{
    /// <summary><c>number</c>: any number.</summary>
    Number = 1,

    /// <summary><c>integer</c>: a number without a fraction.</summary>
    Integer = 2,

    /// <summary><c>boolean</c>.</summary>
    Boolean = 3,

    /// <summary><c>string</c>.</summary>
    String = 4,

    /// <summary><c>object</c>: a JSON object or array.</summary>
    Object = 5,

    /// <summary><c>null</c>.</summary>
    Null = 6,
}
