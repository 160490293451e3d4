namespace Cairn.Contracts;

/// <summary>An execution wrote to more pages than it is allowed. The write that would have exceeded the limit changed nothing.</summary>
public sealed class PageLimitException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="limit">How many pages of 32 bytes the execution may write to.</param>
    public PageLimitException(long limit)
        : base($"The execution wrote to the {limit} pages of 32 bytes that it is allowed, and to one more. Write less, or allow more.", RecoveryAction.FixTheCall) => Limit = limit;

    /// <summary>How many pages of 32 bytes the execution may write to.</summary>
    public long Limit { get; }
}
