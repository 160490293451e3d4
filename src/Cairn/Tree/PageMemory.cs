using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cairn.Tree;

/// <summary>
/// A piece of native memory that holds one page. Owned by the <see cref="Page"/> made on it; given back to its pool by that page's retirement, never by readers.
/// </summary>
/// <remarks>
/// SAFETY: the pointer comes from the pool and stays valid until <see cref="PagePool.Free(PageMemory)"/>, which is called only after every reader that could have found the page has left
/// (<see cref="ReaderEpochs"/>). All access goes through <see cref="Span"/>, which carries the length, so that bounds are checked everywhere else.
/// </remarks>
internal readonly unsafe struct PageMemory(byte* start, int capacity, int piece)
{
    private readonly byte* _start = start;

    /// <summary>How many bytes there are.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Which piece of its pool it is, for the pool.</summary>
    public int Piece { get; } = piece;

    /// <summary>The address, for the pool.</summary>
    public nint Address => (nint)_start;

    /// <summary>All the bytes.</summary>
    public Span<byte> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(_start, Capacity);
    }

    /// <summary>
    /// Copies bytes that do not overlap. The runtime's own way reads a byte of the destination first where there is much to copy: that waits for memory which is only going to be written, and has the system map an empty page before
    /// the real one where nothing was written yet.
    /// </summary>
    /// <param name="from">The bytes.</param>
    /// <param name="to">Takes them; at least as long.</param>
    public static void Copy(ReadOnlySpan<byte> from, Span<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(to.Length, from.Length, nameof(to));
        if (from.Length < Vector512<byte>.Count)
        {
            from.CopyTo(to);
            return;
        }

        // SAFETY: whole vectors up to the last one, which ends where the bytes end; both spans have at least one.
        ref byte source = ref MemoryMarshal.GetReference(from);
        ref byte target = ref MemoryMarshal.GetReference(to);
        nuint last = (nuint)(from.Length - Vector512<byte>.Count);
        for (nuint at = 0; at < last; at += (nuint)Vector512<byte>.Count)
        {
            Vector512.LoadUnsafe(ref source, at).StoreUnsafe(ref target, at);
        }

        Vector512.LoadUnsafe(ref source, last).StoreUnsafe(ref target, last);
    }
}
