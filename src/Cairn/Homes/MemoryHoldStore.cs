namespace Cairn.Homes;

/// <summary>The holds of a memory store.</summary>
internal sealed class MemoryHoldStore : IHoldStore
{
    private IReadOnlyList<StoredHold> _holds = [];

    /// <inheritdoc/>
    public IReadOnlyList<StoredHold> Read() => Volatile.Read(ref _holds);

    /// <inheritdoc/>
    public void Write(IReadOnlyList<StoredHold> holds) => Volatile.Write(ref _holds, [.. holds]);
}
