namespace Cairn.Contracts.Execution;

/// <summary>A call of a method of a contract. Immutable. Generated code makes calls (<c>Token.At(address).Transfer(to, amount)</c>); <c>with</c> adds who calls and for how much gas.</summary>
public record ContractCall
{
    /// <summary>Makes a call.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="method">The name of the method.</param>
    /// <param name="arguments">The encoded arguments, one behind the other. Not copied, and not to be changed any more.</param>
    /// <exception cref="ArgumentException">The name or the arguments are too long, the name is empty or no text.</exception>
    public ContractCall(Address contract, string method, ReadOnlyMemory<byte> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        if (arguments.Length > CallLimits.MaxEncodedBytes)
        {
            throw new ArgumentException($"The arguments have at most {CallLimits.MaxEncodedBytes} bytes, not {arguments.Length}.", nameof(arguments));
        }

        Contract = contract;
        Method = method;
        Arguments = arguments;
        InputBytes = Utf8Text.CountChecked(method, CallLimits.MaxMethodBytes, nameof(method)) + arguments.Length;
    }

    /// <summary>The contract.</summary>
    public Address Contract { get; }

    /// <summary>The name of the method.</summary>
    public string Method { get; }

    /// <summary>The encoded arguments.</summary>
    public ReadOnlyMemory<byte> Arguments { get; }

    /// <summary>Who calls. The zero address, the default, for nobody. In a call that a contract makes it does not count: there the contract calls.</summary>
    public Address Caller { get; init; }

    /// <summary>The gas that may be used; null, the default, for what the executor is set to, and in a call that a contract makes for all that is left.</summary>
    public ulong? GasLimit { get; init; }

    /// <summary>The hash of the transaction, which names the execution in the history; the zero hash, the default, for none. In a call that a contract makes it does not count.</summary>
    public Hash256 TransactionHash { get; init; }

    /// <summary>The bytes that are paid for as input.</summary>
    internal int InputBytes { get; }
}
