namespace Cairn.Contracts.Migrations;

/// <summary>A step that is a delegate: for changes in place.</summary>
public sealed class Migration : IMigration
{
    private readonly Action<SlotStorage> _apply;

    /// <summary>Makes the step.</summary>
    /// <param name="from">The version that it begins at.</param>
    /// <param name="to">The version that is there after it.</param>
    /// <param name="apply">Changes what is stored.</param>
    public Migration(uint from, uint to, Action<SlotStorage> apply)
    {
        ArgumentNullException.ThrowIfNull(apply);
        (From, To) = (from, to);
        _apply = apply;
    }

    /// <inheritdoc/>
    public uint From { get; }

    /// <inheritdoc/>
    public uint To { get; }

    /// <inheritdoc/>
    public void Apply(SlotStorage storage) => _apply(storage);
}
