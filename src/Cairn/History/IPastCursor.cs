namespace Cairn.History;

/// <summary>Walks over changed keys. One thread at a time; to be disposed, for it keeps files open.</summary>
internal interface IPastCursor : IDisposable
{
    /// <summary>Goes to the next key.</summary>
    /// <returns>False behind the last one.</returns>
    bool Next();

    /// <summary>The key. Valid until <see cref="Next"/>.</summary>
    ReadOnlySpan<byte> Key { get; }

    /// <summary>Its change. Stays valid.</summary>
    PastChange Change { get; }
}
