namespace Cairn.Contracts.Values;

/// <summary>Bytes or text that should be a value are not one.</summary>
public sealed class ValueFormatException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="what">What should be a value, as the beginning of a sentence.</param>
    /// <param name="offset">The first byte or character that is wrong, counted from the beginning.</param>
    /// <param name="expected">What should be there.</param>
    /// <param name="found">What is there.</param>
    /// <param name="cause">The exception behind it, if any.</param>
    public ValueFormatException(string what, long offset, string expected, string found, Exception? cause = null)
        : base($"{what}: at {offset}, expected {expected}, found {found}.", RecoveryAction.FixTheCall, cause)
    {
        Offset = offset;
        Expected = expected;
        Found = found;
    }

    /// <summary>The first byte or character that is wrong, counted from the beginning.</summary>
    public long Offset { get; }

    /// <summary>What should be there.</summary>
    public string Expected { get; }

    /// <summary>What is there.</summary>
    public string Found { get; }
}
