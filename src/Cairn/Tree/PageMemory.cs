using System.Runtime.CompilerServices;

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
}
