using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Tree;

/// <summary>
/// Copies of entries that are read again and again, found by the hash of their key: a read that finds its key here touches neither pages nor <see cref="ReaderEpochs"/>. A table of fixed size, in sets of four ways; what is too
/// long for a way is not held. Serves the head and every older version as far as the keys of a set have not changed since.
/// </summary>
/// <remarks>
/// <para>
/// Why an answer is right. Versions are numbered by their ordinals; a version is published (becomes visible to readers) after all before it. An entry is a key with the value it has in the version with the ordinal
/// <c>f</c> from which it was filled. Each set has a <i>stamp</i>, the whole table a <i>floor</i>, and both only rise. Before a version is published, either the set of every key that it changes is stamped with its
/// ordinal, or the floor is raised to it (<see cref="BeforeHead"/> does so for whatever was not stamped). A reader of version <c>r</c> takes the entry if stamp and floor, read after the entry, are at most
/// both <c>f</c> and <c>r</c>. Suppose the key had another value in <c>r</c> than in <c>f</c>. Then some version <c>w</c> with min(f, r) &lt; w ≤ max(f, r) changed it. It had been published, and so its stamp or the floor
/// raised, before the reader read them: because <c>r</c> was visible to the reader, or <c>f</c> to the one who filled the entry that the reader saw. So stamp or floor is at least w, above min(f, r), and the
/// entry is not taken. A rewind is a version like any other. Stamping keys that do not change in the end (a commit that fails) or too many (those of the same set) costs misses only.
/// </para>
/// <para>
/// A set is filled under its sequence (odd while it is being written; whoever finds it odd does not fill), and read between two looks at it; what changed meanwhile is a miss. Entries are copies, so that pages come, go
/// and are evicted without the table. The way given up is one that was not used since the last sweep. Callers offer only some of the keys they miss (<see cref="ReadShortcuts.OfferEvery"/>), so that reading many keys
/// once each costs little and seldom drives out what is hot.
/// </para>
/// <para>
/// SAFETY: addresses are computed from a hash reduced to the number of sets and a way below four, so they lie in the memory taken by the constructor; lengths found in a way are held against its size before they are
/// used, whatever a writer does meanwhile. The memory is given back by the finaliser: every method that uses it keeps the object alive to its end. Tests compare with a dictionary.
/// </para>
/// </remarks>
internal sealed unsafe class HotEntries
{
    /// <summary>The most bytes of key and value together that are held.</summary>
    public const int MostBytes = WayBytes - PayloadOffset;

    private const int Ways = 4;
    private const int WayBytes = 192;
    private const int HeadBytes = 64;

    private const int SetBytes = HeadBytes + (Ways * WayBytes) + sizeof(ulong);

    // The head of a set.
    private const int SequenceOffset = 0;
    private const int HandOffset = 4;
    private const int UsedOffset = 8;
    private const int TagsOffset = 16;

    // A way.
    private const int FilledOffset = 0;
    private const int TreeOffset = 8;
    private const int KeyBytesOffset = 10;
    private const int ValueBytesOffset = 12;
    private const int PayloadOffset = 16;

    private readonly byte* _heads;
    private readonly byte* _ways;
    private readonly ulong* _stamps; // side by side, so that a commit that sets many touches little memory
    private readonly uint _sets;
    private ulong _floor;
    private ulong _stamped;

    /// <summary>Makes an empty table.</summary>
    /// <param name="bytes">The memory it may take.</param>
    /// <param name="head">The ordinal of the head; the caller sees to it that no version is published meanwhile.</param>
    public HotEntries(long bytes, ulong head)
    {
        _sets = (uint)Math.Clamp(bytes / SetBytes, 1, int.MaxValue);
        Bytes = _sets * (long)SetBytes;
        nuint alignment = Bytes >= SystemMemory.HugePageBytes ? SystemMemory.HugePageBytes : (nuint)HeadBytes;
        nuint size = ((nuint)Bytes + alignment - 1) & ~(alignment - 1);
        _heads = (byte*)NativeMemory.AlignedAlloc(size, alignment);
        if (alignment == SystemMemory.HugePageBytes)
        {
            SystemMemory.PreferHugePages((nint)_heads, (nint)size);
        }

        NativeMemory.Clear(_heads, (nuint)(_sets * (long)HeadBytes));
        _ways = _heads + (_sets * (long)HeadBytes);
        _stamps = (ulong*)(_ways + (_sets * (long)(Ways * WayBytes)));
        NativeMemory.Clear(_stamps, (nuint)(_sets * (long)sizeof(ulong)));
        _floor = head;
    }

#pragma warning disable MA0055 // Views that were never disposed may outlive the store; the memory goes with the last of them.
    ~HotEntries() => NativeMemory.AlignedFree(_heads);
#pragma warning restore MA0055

    /// <summary>The memory taken.</summary>
    public long Bytes { get; }

    /// <summary>Stamps the keys that a version changes, before <see cref="BeforeHead"/>. One thread at a time.</summary>
    /// <param name="ordinal">The version.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="changes">Its changes.</param>
    public void Stamp(ulong ordinal, TreeKind tree, ChangeList changes)
    {
        for (int index = 0; index < changes.Count; index++)
        {
            Volatile.Write(ref _stamps[Set(KeyHash.Of(tree, changes.Key(index)))], ordinal);
        }

        GC.KeepAlive(this);
    }

    /// <summary>All changes of a version are stamped; 0 for none.</summary>
    public void Stamped(ulong ordinal) => _stamped = ordinal;

    /// <summary>A version is about to be published. What was not stamped is answered for by the floor.</summary>
    public void BeforeHead(ulong ordinal)
    {
        if (_stamped != ordinal)
        {
            Volatile.Write(ref _floor, ordinal);
        }
    }

    /// <summary>Copies the value of an entry.</summary>
    /// <param name="hash">The hash of tree and key.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="key">The key.</param>
    /// <param name="version">The ordinal of the version asked.</param>
    /// <param name="destination">Takes the value; on a miss it may have been written to.</param>
    /// <param name="valueBytes">The length of the value.</param>
    /// <returns>False when the table does not know, or there is no room for the value.</returns>
    public bool TryRead(ulong hash, TreeKind tree, ReadOnlySpan<byte> key, ulong version, Span<byte> destination, out int valueBytes)
    {
        byte* head = Head(hash);
        int sequence = Volatile.Read(ref At<int>(head + SequenceOffset));
        uint matches = Matches(head, Tag(hash));
        valueBytes = 0;
        if (matches == 0 || (sequence & 1) != 0)
        {
            return false;
        }

        int way = System.Numerics.BitOperations.TrailingZeroCount(matches);
        byte* at = Way(hash, way);
        int length = At<ushort>(at + ValueBytesOffset);
        ulong filled = Volatile.Read(ref At<ulong>(at + FilledOffset));
        if (At<ushort>(at + KeyBytesOffset) != key.Length
            || at[TreeOffset] != (byte)tree
            || length > Math.Min(MostBytes - key.Length, destination.Length)
            || !new ReadOnlySpan<byte>(at + PayloadOffset, key.Length).SequenceEqual(key)
            || Math.Min(filled, version) < Oldest(hash))
        {
            return false;
        }

        new ReadOnlySpan<byte>(at + PayloadOffset + key.Length, length).CopyTo(destination);
        Volatile.ReadBarrier();
        if (At<int>(head + SequenceOffset) != sequence)
        {
            return false;
        }

        if (head[UsedOffset + way] == 0)
        {
            head[UsedOffset + way] = 1;
        }

        GC.KeepAlive(this);
        valueBytes = length;
        return true;
    }

    /// <summary>Offers an entry that was missed.</summary>
    /// <param name="hash">The hash of tree and key.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="key">The key.</param>
    /// <param name="version">The ordinal of the version it was read from; 0 for none that is published.</param>
    /// <param name="value">Its value.</param>
    public void Offer(ulong hash, TreeKind tree, ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value)
    {
        byte* head = Head(hash);
        uint tag = Tag(hash);
        if (key.Length + value.Length > MostBytes || version < Oldest(hash))
        {
            return;
        }

        ref int sequence = ref At<int>(head + SequenceOffset);
        int before = Volatile.Read(ref sequence);
        if ((before & 1) != 0 || Interlocked.CompareExchange(ref sequence, before + 1, before) != before)
        {
            return;
        }

        uint same = Matches(head, tag);
        uint free = Matches(head, 0);
        int way = (same | free) != 0 ? System.Numerics.BitOperations.TrailingZeroCount(same != 0 ? same : free) : Sweep(head);
        byte* at = Way(hash, way);
        At<uint>(head + TagsOffset + (way * sizeof(uint))) = tag;
        head[UsedOffset + way] = 0;
        At<ulong>(at + FilledOffset) = version;
        at[TreeOffset] = (byte)tree;
        At<ushort>(at + KeyBytesOffset) = (ushort)key.Length;
        At<ushort>(at + ValueBytesOffset) = (ushort)value.Length;
        key.CopyTo(new Span<byte>(at + PayloadOffset, key.Length));
        value.CopyTo(new Span<byte>(at + PayloadOffset + key.Length, value.Length));
        Volatile.Write(ref sequence, before + 2);
        GC.KeepAlive(this);
    }

    private static uint Tag(ulong hash) => (uint)hash | 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref T At<T>(byte* address)
        where T : unmanaged => ref *(T*)address;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Matches(byte* head, uint tag) => Vector128.Equals(Vector128.Load((uint*)(head + TagsOffset)), Vector128.Create(tag)).ExtractMostSignificantBits();

    /// <summary>The way to give up: the next one that was not used since the sweep came by.</summary>
    private static int Sweep(byte* head)
    {
        ref int hand = ref At<int>(head + HandOffset);
        for (int step = 0; step < Ways; step++)
        {
            hand = (hand + 1) & (Ways - 1);
            if (head[UsedOffset + hand] == 0)
            {
                break;
            }

            head[UsedOffset + hand] = 0;
        }

        return hand & (Ways - 1);
    }

    /// <summary>Below this ordinal neither entries nor questions count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Oldest(ulong hash) => Math.Max(Volatile.Read(ref _stamps[Set(hash)]), Volatile.Read(ref _floor));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Set(ulong hash) => Math.BigMul(hash, _sets, out ulong _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Head(ulong hash) => _heads + (Set(hash) * HeadBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Way(ulong hash, int way) => _ways + (((Set(hash) * Ways) + (ulong)way) * WayBytes);
}
