using System.Buffers.Binary;
using Cairn.Tests.Reference;

namespace Cairn.Tests.Soak;

/// <summary>
/// What a store that is soaked should hold at any height: of each key, the heights at which it was put or deleted. Values follow from key and height, so that long runs take little memory.
/// Written by one thread, read by any.
/// </summary>
internal sealed class SoakModel
{
    private readonly int _seed;
    private readonly List<Change>[] _history;

    public SoakModel(int seed, int keyCount)
    {
        _seed = seed;
        Keys = [.. KeyShapes.MakeMixed(new Random(seed), keyCount).Order(ByteStringComparer.Instance)];
        _history = [.. Keys.Select(_ => new List<Change>())];
    }

    /// <summary>All keys that are ever used, in order.</summary>
    public byte[][] Keys { get; }

    /// <summary>Notes that a key is put, or deleted, at a height above all noted of it.</summary>
    public void Note(int key, ulong height, bool isPut)
    {
        List<Change> history = _history[key];
        lock (history)
        {
            if (history.Count > 0 && history[^1].Height == height)
            {
                history.RemoveAt(history.Count - 1);
            }

            bool isPresent = history.Count > 0 && history[^1].IsPut;
            if (isPut || isPresent)
            {
                history.Add(new Change(height, isPut));
            }
        }
    }

    /// <summary>Forgets what was noted above a height: those blocks were lost.</summary>
    public void ForgetAbove(ulong height) => ForEach(history => history.RemoveAll(change => change.Height > height));

    /// <summary>Forgets what no view at or above a height can see any more.</summary>
    public void ForgetBelow(ulong height) => ForEach(history =>
    {
        int last = history.FindLastIndex(change => change.Height <= height);
        if (last > 0)
        {
            history.RemoveRange(0, last);
        }
    });

    /// <summary>The height at which a key has got the value it has at a height.</summary>
    /// <returns>Null when it is absent.</returns>
    public ulong? ChangedAt(int key, ulong height)
    {
        List<Change> history = _history[key];
        lock (history)
        {
            int last = history.Count - 1;
            while (last >= 0 && history[last].Height > height)
            {
                last--;
            }

            return last >= 0 && history[last].IsPut ? history[last].Height : null;
        }
    }

    /// <summary>The value that is put into a key at a height: mostly short, now and then a blob.</summary>
    public byte[] Value(int key, ulong height)
    {
        Random random = new(HashCode(key, height));
        byte[] value = new byte[random.Next(60) == 0 ? random.Next(1000, 4000) : random.Next(sizeof(ulong), 80)];
        random.NextBytes(value);
        BinaryPrimitives.WriteUInt64LittleEndian(value, height); // two puts never have the same value, which would be no change
        return value;
    }

    /// <summary>Everything at a height.</summary>
    public SortedDictionary<byte[], byte[]> StateAt(ulong height)
    {
        SortedDictionary<byte[], byte[]> state = new(ByteStringComparer.Instance);
        for (int key = 0; key < Keys.Length; key++)
        {
            if (ChangedAt(key, height) is { } changed)
            {
                state.Add(Keys[key], Value(key, changed));
            }
        }

        return state;
    }

    // Not HashCode.Combine, which differs from process to process.
    private int HashCode(int key, ulong height) => unchecked((int)((((ulong)_seed * 0x9E3779B97F4A7C15) ^ ((ulong)key * 0xC2B2AE3D27D4EB4F) ^ (height * 0x165667B19E3779F9)) >> 17));

    private void ForEach(Action<List<Change>> action)
    {
        foreach (List<Change> history in _history)
        {
            lock (history)
            {
                action(history);
            }
        }
    }

    private readonly record struct Change(ulong Height, bool IsPut);
}
