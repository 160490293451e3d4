namespace Cairn.Contracts;

/// <summary>Gives the integers in the type of a field another width than that of their type, such as 24 bits in a <see cref="uint"/>.</summary>
/// <param name="bits">The width in bits, a multiple of 8, at most that of the type.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StorageBitsAttribute(int bits) : Attribute
{
    /// <summary>The width in bits.</summary>
    public int Bits { get; } = bits;
}
