using Cairn.Homes;

namespace Cairn.Pages;

/// <summary>
/// Where a page or blob lies in the page files. As an id: the file number in the upper 32 bits, the offset divided by <see cref="Alignment"/> in the
/// lower ones. File numbers start at 1 and are never used twice, hence neither are ids, and no id is zero.
/// </summary>
/// <param name="File">The number of the page file.</param>
/// <param name="Offset">The offset in it in bytes, a multiple of <see cref="Alignment"/>.</param>
internal readonly record struct PageAddress(uint File, long Offset)
{
    /// <summary>Pages and blobs start at multiples of this many bytes: it lets 32 bits name any place in a file.</summary>
    public const int Alignment = 16;

    /// <summary>The largest file that ids can address, 64 GiB.</summary>
    public const long MaxFileBytes = (1L << 32) * Alignment;

    /// <summary>The address an id stands for. Whether it exists, the page files say.</summary>
    public static PageAddress Of(PageId id) => new((uint)(id.Value >> 32), (long)(uint)id.Value * Alignment);

    /// <summary>The bytes a page takes in its file.</summary>
    public static long Aligned(long bytes) => (bytes + Alignment - 1) & -Alignment;

    /// <summary>The id of the address.</summary>
    public PageId ToId() => new(((ulong)File << 32) | (ulong)(Offset / Alignment));
}
