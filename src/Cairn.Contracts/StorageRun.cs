using System.Buffers.Binary;

namespace Cairn.Contracts;

/// <summary>Pages of a slot that follow each other, with what they hold now.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="FirstPage">The index of the first page: its offset divided by <see cref="PageBytes"/>.</param>
/// <param name="Content">The pages, <see cref="PageBytes"/> bytes each.</param>
public sealed record StorageRun(SlotId Slot, uint FirstPage, ReadOnlyMemory<byte> Content)
{
    /// <summary>The length of a page in bytes.</summary>
    public const int PageBytes = Chunk.WordBytes;

    /// <summary>The length of a page id in bytes.</summary>
    public const int PageIdBytes = SlotId.SizeBytes + sizeof(uint);

    /// <summary>Writes the id of the first page: the slot id and the index, four bytes, most significant first.</summary>
    /// <param name="destination">At least <see cref="PageIdBytes"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less room.</exception>
    public void WritePageId(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination[SlotId.SizeBytes..], FirstPage);
        Slot.CopyTo(destination);
    }
}
