namespace Cairn.Vm.Machines;

/// <summary>What a step of a program did with the storage.</summary>
public enum StorageEffectKind
{
    /// <summary>It read a value, or a version of one.</summary>
    Read,

    /// <summary>It asked whether there is a key, how many versions it has, or how two differ.</summary>
    Ask,

    /// <summary>It listed keys.</summary>
    List,

    /// <summary>It wrote a value.</summary>
    Write,

    /// <summary>It removed a key.</summary>
    Delete,

    /// <summary>It began a transaction.</summary>
    Begin,

    /// <summary>It committed a transaction.</summary>
    Commit,

    /// <summary>It rolled a transaction back.</summary>
    Rollback,
}
