namespace Cairn.Contracts;

/// <summary>What may be done with the slots of a contract.</summary>
public enum StorageAccess
{
    /// <summary>Reading and writing.</summary>
    ReadWrite,

    /// <summary>Reading: calls of views of other contracts.</summary>
    ReadOnly,

    /// <summary>Nothing: execution that is not deterministic, or has no permission.</summary>
    None,
}
