namespace Cairn.Contracts.Registry;

/// <summary>The registry refuses: a contract is there already, is not there, is not active, or is too large. Nothing was changed.</summary>
public sealed class ContractRegistryException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="fault">Why.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="what">What is wrong with it, as the end of a sentence that begins with the contract.</param>
    public ContractRegistryException(RegistryFault fault, ContractId contract, string what)
        : base($"Contract {contract} {what}", RecoveryAction.FixTheCall)
    {
        Fault = fault;
        Contract = contract;
    }

    /// <summary>Why.</summary>
    public RegistryFault Fault { get; }

    /// <summary>The contract.</summary>
    public ContractId Contract { get; }
}
