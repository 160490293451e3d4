using Cairn.Tree;

namespace Cairn.Benchmarks.Workloads;

/// <summary>The updates of one block, written out before the clock starts. One thread at a time; used again for every block.</summary>
internal sealed class UpdateBuffer
{
    private const int Deleted = -1;

    private readonly KeySpace _space;
    private readonly ulong[] _numbers;
    private readonly byte[] _keys;
    private readonly byte[] _values;
    private readonly int[] _valueBytes;

    /// <summary>Makes a buffer.</summary>
    public UpdateBuffer(KeySpace space, int capacity)
    {
        _space = space;
        _numbers = new ulong[capacity];
        _keys = new byte[capacity * KeySpace.KeyBytes];
        _values = new byte[capacity * KeySpace.MaxValueBytes];
        _valueBytes = new int[capacity];
    }

    /// <summary>How many updates it takes.</summary>
    public int Capacity => _valueBytes.Length;

    /// <summary>How many updates it has.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes of its keys and values.</summary>
    public long Bytes
    {
        get
        {
            long bytes = (long)Count * KeySpace.KeyBytes;
            for (int i = 0; i < Count; i++)
            {
                bytes += Math.Max(0, _valueBytes[i]);
            }

            return bytes;
        }
    }

    /// <summary>The numbers of the keys.</summary>
    public ReadOnlySpan<ulong> Numbers => _numbers.AsSpan(0, Count);

    /// <summary>Forgets the updates.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds the value that a key has at a version.</summary>
    public void Add(ulong number, ulong version)
    {
        _numbers[Count] = number;
        _space.WriteKey(number, _keys.AsSpan(Count * KeySpace.KeyBytes));
        _valueBytes[Count] = _space.WriteValue(number, version, _values.AsSpan(Count * KeySpace.MaxValueBytes));
        Count++;
    }

    /// <summary>Adds that a key goes.</summary>
    public void AddDelete(ulong number)
    {
        _numbers[Count] = number;
        _space.WriteKey(number, _keys.AsSpan(Count * KeySpace.KeyBytes));
        _valueBytes[Count++] = Deleted;
    }

    /// <summary>The key of an update.</summary>
    public ReadOnlySpan<byte> Key(int index) => _keys.AsSpan(index * KeySpace.KeyBytes, KeySpace.KeyBytes);

    /// <summary>The new value of an update; empty when the key goes.</summary>
    public ReadOnlySpan<byte> Value(int index) => _values.AsSpan(index * KeySpace.MaxValueBytes, Math.Max(0, _valueBytes[index]));

    /// <summary>Whether the key of an update goes.</summary>
    public bool IsDelete(int index) => _valueBytes[index] == Deleted;

    /// <summary>Puts all updates into a draft.</summary>
    public void PutInto(TreeDraft draft)
    {
        for (int i = 0; i < Count; i++)
        {
            if (IsDelete(i))
            {
                draft.Delete(Key(i));
            }
            else
            {
                draft.Put(Key(i), Value(i));
            }
        }
    }

    /// <summary>Puts all updates into a change set, as a draft does.</summary>
    public void PutInto(ChangeSet changes)
    {
        for (int i = 0; i < Count; i++)
        {
            if (IsDelete(i))
            {
                changes.Delete(Key(i));
            }
            else
            {
                changes.Put(Key(i), Value(i));
            }
        }
    }
}
