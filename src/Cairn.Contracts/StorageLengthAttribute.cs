namespace Cairn.Contracts;

/// <summary>Gives the length of the <see cref="StorageArray{T}"/> in the type of a field.</summary>
/// <param name="lengths">The number of items; where the type has several arrays, one number for each, in the order in which they are written.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StorageLengthAttribute(params int[] lengths) : Attribute
{
    /// <summary>The numbers of items.</summary>
    public IReadOnlyList<int> Lengths { get; } = lengths;
}
