namespace Cairn;

/// <summary>
/// Entries laid over those of a tree while it is scanned, in the order of the scan: what a draft has changed, or what was different at an earlier height. Where it has a key, it decides. Used by one thread at a time.
/// </summary>
internal interface IScanOverlay : IDisposable
{
    /// <summary>The key it is at; valid until the next step.</summary>
    ReadOnlySpan<byte> Key { get; }

    /// <summary>Whether the key it is at is absent, whatever the tree has.</summary>
    bool IsAbsent { get; }

    /// <summary>The value of a key that is not absent; valid until the next step.</summary>
    ReadOnlySpan<byte> Value { get; }

    /// <summary>The height at which a key that is not absent last changed.</summary>
    BlockHeight Height { get; }

    /// <summary>Throws when it is no longer what it was when the scan began.</summary>
    /// <exception cref="InvalidOperationException">It has changed since.</exception>
    void ThrowIfChanged();

    /// <summary>Throws when it should have a key that it does not have.</summary>
    /// <param name="key">A key of the tree.</param>
    /// <param name="height">The height at which its entry there last changed.</param>
    /// <exception cref="StateCorruptedException">The change is missing.</exception>
    void ThrowIfMissing(ReadOnlySpan<byte> key, BlockHeight height);

    /// <summary>Goes to the next key. If that fails, the next call tries again.</summary>
    /// <returns>False at the end; what lies behind the range of the scan need not be left out.</returns>
    bool MoveNext();
}
