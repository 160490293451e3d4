using Cairn.Tree;

namespace Cairn.Benchmarks.Workloads;

/// <summary>The updates of one block, written out before the clock starts. One thread at a time; used again for every block.</summary>
internal sealed class UpdateBuffer
{
    private readonly KeySpace _space;
    private readonly byte[] _keys;
    private readonly byte[] _values;
    private readonly int[] _valueBytes;

    /// <summary>Makes a buffer.</summary>
    public UpdateBuffer(KeySpace space, int capacity)
    {
        _space = space;
        _keys = new byte[capacity * KeySpace.KeyBytes];
        _values = new byte[capacity * KeySpace.MaxValueBytes];
        _valueBytes = new int[capacity];
    }

    /// <summary>How many updates it takes.</summary>
    public int Capacity => _valueBytes.Length;

    /// <summary>How many updates it has.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets the updates.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds the value that a key has at a version.</summary>
    public void Add(ulong number, ulong version)
    {
        _space.WriteKey(number, _keys.AsSpan(Count * KeySpace.KeyBytes));
        _valueBytes[Count] = _space.WriteValue(number, version, _values.AsSpan(Count * KeySpace.MaxValueBytes));
        Count++;
    }

    /// <summary>Puts all updates into a draft.</summary>
    public void PutInto(TreeDraft draft)
    {
        for (int i = 0; i < Count; i++)
        {
            draft.Put(Key(i), Value(i));
        }
    }

    /// <summary>Puts all updates into a change set, as a draft does.</summary>
    public void PutInto(ChangeSet changes)
    {
        for (int i = 0; i < Count; i++)
        {
            changes.Put(Key(i), Value(i));
        }
    }

    private ReadOnlySpan<byte> Key(int index) => _keys.AsSpan(index * KeySpace.KeyBytes, KeySpace.KeyBytes);

    private ReadOnlySpan<byte> Value(int index) => _values.AsSpan(index * KeySpace.MaxValueBytes, _valueBytes[index]);
}
