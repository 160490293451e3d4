namespace Cairn.Contracts.Generator;

/// <summary>What bytes a type takes.</summary>
/// <param name="Size">Its bytes in place.</param>
/// <param name="TypeName">Its name down to its primitives.</param>
/// <param name="Slots">The offsets in it that refer to slots with more of it; the first few.</param>
/// <param name="HasMoreSlots">Whether there are more of them.</param>
internal sealed record Shape(uint Size, string TypeName, EquatableArray<uint> Slots, bool HasMoreSlots = false)
{
    private const int ListedSlots = 4;

    /// <summary>A type that refers to slots at the given offsets.</summary>
    public static Shape Of(uint size, string typeName, params uint[] slots) => new(size, typeName, new(slots));

    /// <summary>A type that is made of parts, one behind the other.</summary>
    public static Shape Of(uint size, string typeName, IEnumerable<(ulong Offset, Shape Part)> parts)
    {
        List<uint> slots = [];
        foreach ((ulong offset, Shape part) in parts)
        {
            if (slots.Count + part.Slots.Count > ListedSlots || part.HasMoreSlots)
            {
                return new(size, typeName, new(slots), HasMoreSlots: true);
            }

            slots.AddRange(part.Slots.Select(slot => (uint)(offset + slot)));
        }

        return new(size, typeName, new(slots));
    }
}
