namespace Cairn.Contracts.Namespaces;

/// <summary>Why the namespaces, roles or accounts cannot be changed as asked.</summary>
public enum NamespaceFault
{
    /// <summary>There is one already.</summary>
    Exists,

    /// <summary>There is none.</summary>
    Missing,

    /// <summary>The namespace above it does not exist.</summary>
    ParentMissing,

    /// <summary>Keys or namespaces lie in it.</summary>
    NotEmpty,

    /// <summary>It would leave no global admin.</summary>
    LastAdmin,

    /// <summary>A value of its options is out of its range.</summary>
    BadOption,

    /// <summary>Migrations are not numbered one by one, or the state is newer than all of them.</summary>
    BadMigration,
}
