namespace Cairn.Homes;

/// <summary>Names a stored page or blob. Given by the home, opaque to the engine, never used twice, not even after a crash.</summary>
/// <param name="Value">The name; zero means "not stored".</param>
public readonly record struct PageId(ulong Value)
{
    /// <summary>The id of what is not stored yet.</summary>
    public static PageId None => default;

    /// <summary>Makes an id of a number.</summary>
    public static explicit operator PageId(ulong value) => new(value);

    /// <summary>The number of an id.</summary>
    public static explicit operator ulong(PageId id) => id.Value;

    /// <summary>The id as 16 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
