namespace Cairn;

/// <summary>Something was to be put into a new or empty store, and the store has blocks. It was left untouched.</summary>
public sealed class StoreNotEmptyException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="location">The store.</param>
    /// <param name="height">The height of its newest block; null when it only has other records.</param>
    public StoreNotEmptyException(string location, BlockHeight? height)
        : base($"The store '{location}' has blocks up to height {height}, and a whole state goes into a new or empty store only. It was left untouched; name another location.", RecoveryAction.FixTheCall)
    {
        Location = location;
        Height = height;
    }

    /// <summary>The store.</summary>
    public string Location { get; }

    /// <summary>The height of its newest block.</summary>
    public BlockHeight? Height { get; }
}
