namespace Cairn.Contracts.Execution;

/// <summary>A call whose result is known to be of a type.</summary>
/// <typeparam name="TResult">The type of the result.</typeparam>
public sealed record ContractCall<TResult> : ContractCall
{
    /// <summary>Makes a call.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="method">The name of the method.</param>
    /// <param name="arguments">The encoded arguments, one behind the other. Not copied, and not to be changed any more.</param>
    /// <param name="resultCodec">How the result is encoded.</param>
    /// <exception cref="ArgumentException">The name or the arguments are too long, the name is empty or no text.</exception>
    public ContractCall(Address contract, string method, ReadOnlyMemory<byte> arguments, CallCodec<TResult> resultCodec)
        : base(contract, method, arguments)
    {
        ArgumentNullException.ThrowIfNull(resultCodec);
        ResultCodec = resultCodec;
    }

    /// <summary>How the result is encoded.</summary>
    public CallCodec<TResult> ResultCodec { get; }
}
