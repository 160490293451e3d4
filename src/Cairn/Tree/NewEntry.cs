namespace Cairn.Tree;

/// <summary>An entry that a page is copied with.</summary>
internal ref struct NewEntry
{
    /// <summary>Where it will be: before the item that has this number now.</summary>
    public int Item;

    /// <summary>The first difference from the item before it; <see cref="Format.KeyBits.None"/> without one.</summary>
    public int LeftGap;

    /// <summary>The first difference from the item after it; <see cref="Format.KeyBits.None"/> without one.</summary>
    public int RightGap;

    /// <summary>Its key.</summary>
    public ReadOnlySpan<byte> Key;

    /// <summary>Its value, which is no blob.</summary>
    public ReadOnlySpan<byte> Value;

    /// <summary>The height of its change.</summary>
    public BlockHeight Height;
}
