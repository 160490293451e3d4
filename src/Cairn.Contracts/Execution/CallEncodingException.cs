namespace Cairn.Contracts.Execution;

/// <summary>Bytes are not the arguments or the result they should be: too short, too long, or not the one encoding of a value.</summary>
public sealed class CallEncodingException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="offset">Where in the bytes it is.</param>
    /// <param name="fault">What is wrong, in the middle of a sentence.</param>
    public CallEncodingException(int offset, string fault)
        : base($"Byte {offset} of the encoded values: {fault}.", RecoveryAction.FixTheCall) => Offset = offset;

    /// <summary>Where in the bytes it is.</summary>
    public int Offset { get; }
}
