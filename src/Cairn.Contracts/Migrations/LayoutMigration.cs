namespace Cairn.Contracts.Migrations;

/// <summary>
/// A step to another layout. What the contract holds is copied into memory, with all it has in other slots; its place is made as if nothing had ever been written; then the delegate writes the new contract from the copy. So fields may move, vanish and
/// change their type in any way. The memory is that of all the contract holds.
/// </summary>
/// <typeparam name="TOld">The contract as it was: a declaration that stays in the program as long as the step does.</typeparam>
/// <typeparam name="TNew">The contract as it is after the step.</typeparam>
public sealed class LayoutMigration<TOld, TNew> : IMigration
    where TOld : IStorageContract<TOld>
    where TNew : IStorageContract<TNew>
{
    private readonly Action<TOld, TNew> _write;

    /// <summary>Makes the step.</summary>
    /// <param name="from">The version that it begins at.</param>
    /// <param name="to">The version that is there after it.</param>
    /// <param name="write">Writes the new contract, which is empty, from the old one, which is a copy in memory.</param>
    public LayoutMigration(uint from, uint to, Action<TOld, TNew> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        (From, To) = (from, to);
        _write = write;
    }

    /// <inheritdoc/>
    public uint From { get; }

    /// <inheritdoc/>
    public uint To { get; }

    /// <inheritdoc/>
    public void Apply(SlotStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        SlotStorage copy = SlotStorage.InMemory(storage.Session.Profile);
        TOld.Layout.Copy(storage.Instance, copy.Instance);
        TOld.Layout.Reset(storage.Instance);
        TNew.Layout.Reset(storage.Instance);
        _write(TOld.Open(copy), TNew.Open(storage));
    }
}
