namespace Cairn.Contracts.Namespaces;

/// <summary>Namespaces, roles or accounts cannot be changed as asked. Nothing was changed.</summary>
public sealed class NamespaceException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="name">The path of the namespace, or the id of the account.</param>
    /// <param name="message">What is wrong, and what to do.</param>
    public NamespaceException(NamespaceFault fault, string name, string message)
        : base(message, RecoveryAction.FixTheCall)
    {
        Fault = fault;
        Name = name;
    }

    /// <summary>Why.</summary>
    public NamespaceFault Fault { get; }

    /// <summary>The path of the namespace, or the id of the account.</summary>
    public string Name { get; }
}
