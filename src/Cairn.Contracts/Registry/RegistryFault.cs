namespace Cairn.Contracts.Registry;

/// <summary>Why the registry refuses.</summary>
public enum RegistryFault
{
    /// <summary>There is a contract with that id, active or not.</summary>
    AlreadyDeployed,

    /// <summary>There is none.</summary>
    NotFound,

    /// <summary>There is one, and it is not active.</summary>
    Inactive,

    /// <summary>A name, a description, parameters, code or an ABI is longer than it may be.</summary>
    TooLong,
}
