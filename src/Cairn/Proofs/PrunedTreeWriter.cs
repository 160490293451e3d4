using System.Buffers;
using Cairn.Format;

namespace Cairn.Proofs;

/// <summary>
/// Writes a pruned tree: the state tree with some subtrees replaced by their hash. The caller names the nodes in pre-order: an inner node, then everything in its left part, then everything in its right part.
/// Keys ascend by themselves that way. Not thread-safe; one tree a writer.
/// </summary>
/// <remarks>What the caller does wrong is an exception: the writer makes nothing that <see cref="PrunedTree"/> would refuse for its form. Hashes are not compared with anything.</remarks>
public sealed class PrunedTreeWriter
{
    private readonly ArrayBufferWriter<byte> _data = new();
    private readonly Stack<Half> _open = new();
    private readonly byte[] _key = new byte[StateLimits.MaxKeyBytes];
    private byte[] _codes = new byte[16];
    private int _keyBytes;
    private int _nodes;
    private int _terminals;
    private bool _isComplete;

    /// <summary>The state of an inner node whose parts are being written.</summary>
    private enum Half
    {
        Left,
        RightAfterNode,
        RightAfterStub,
    }

    /// <summary>The bytes the proof has so far, a few more or less: to decide where a part of a state ends.</summary>
    public long Bytes => 2 + PrunedTreeLayout.CodeBytes(_terminals) + _data.WrittenCount;

    /// <summary>Begins an inner node: its left part comes next.</summary>
    /// <exception cref="InvalidOperationException">The tree is complete, or too deep.</exception>
    public void Inner()
    {
        if (_open.Count == ProofLimits.MaxDepth)
        {
            throw new InvalidOperationException($"A tree has at most {ProofLimits.MaxDepth} levels.");
        }

        Code(PrunedCode.Inner);
        _open.Push(Half.Left);
    }

    /// <summary>A subtree of which only the hash is shown.</summary>
    /// <param name="hash">The hash of its top node.</param>
    /// <exception cref="InvalidOperationException">The tree is complete, or the other part of the inner node is a stub, too: it has to be a stub itself.</exception>
    public void Stub(Hash256 hash)
    {
        if (_open.TryPeek(out Half half) && half == Half.RightAfterStub)
        {
            throw new InvalidOperationException("Both parts of an inner node are stubs; write the hash of the inner node instead.");
        }

        Code(PrunedCode.Stub);
        Hash(hash);
        Complete(isStub: true);
    }

    /// <summary>An entry of which the key and the SHA-256 of the value are shown.</summary>
    /// <param name="key">The key, behind all keys before.</param>
    /// <param name="valueHash">The SHA-256 of the value.</param>
    /// <exception cref="ArgumentException">The key is empty, too long, or not behind the one before.</exception>
    /// <exception cref="InvalidOperationException">The tree is complete.</exception>
    public void Leaf(ReadOnlySpan<byte> key, Hash256 valueHash)
    {
        Leaf(key, PrunedCode.LeafWithHash);
        Hash(valueHash);
        Complete(isStub: false);
    }

    /// <summary>An entry that is shown whole.</summary>
    /// <param name="key">The key, behind all keys before.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">The key is empty, too long, or not behind the one before; the value is too long.</exception>
    /// <exception cref="InvalidOperationException">The tree is complete.</exception>
    public void Leaf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.Length > StateLimits.MaxValueBytes)
        {
            throw new ArgumentException($"A value has at most {StateLimits.MaxValueBytes} bytes, not {value.Length}.", nameof(value));
        }

        Leaf(key, PrunedCode.LeafWithValue);
        Number(value.Length);
        _data.Write(value);
        Complete(isStub: false);
    }

    /// <summary>The proof. Without any node it is that of the empty tree.</summary>
    /// <exception cref="InvalidOperationException">A part of an inner node is missing.</exception>
    public byte[] ToArray()
    {
        if (!_isComplete && _nodes > 0)
        {
            throw new InvalidOperationException($"{_open.Count} inner nodes miss a part.");
        }

        Span<byte> head = stackalloc byte[PrunedTreeLayout.VersionBytes + Varint.MaxBytes];
        head[PrunedTreeLayout.VersionOffset] = PrunedTreeLayout.Version;
        int headBytes = PrunedTreeLayout.VersionBytes + Varint.Write(head[PrunedTreeLayout.VersionBytes..], (ulong)_terminals);
        return [.. head[..headBytes], .. _codes.AsSpan(0, (int)PrunedTreeLayout.CodeBytes(_terminals)), .. _data.WrittenSpan];
    }

    private void Leaf(ReadOnlySpan<byte> key, PrunedCode code)
    {
        ReadOnlySpan<byte> before = _key.AsSpan(0, _keyBytes);
        if (key.IsEmpty || key.Length > StateLimits.MaxKeyBytes)
        {
            throw new ArgumentException($"A key has 1 to {StateLimits.MaxKeyBytes} bytes, not {key.Length}.", nameof(key));
        }

        if (key.SequenceCompareTo(before) <= 0)
        {
            throw new ArgumentException($"The key {Convert.ToHexStringLower(key)} is not behind the key before, {Convert.ToHexStringLower(before)}.", nameof(key));
        }

        Code(code);
        int shared = key.CommonPrefixLength(before);
        Number(shared);
        Number(key.Length - shared);
        _data.Write(key[shared..]);
        key.CopyTo(_key);
        _keyBytes = key.Length;
    }

    private void Code(PrunedCode code)
    {
        if (_isComplete)
        {
            throw new InvalidOperationException("The tree is complete: both parts of every inner node have been written.");
        }

        if (_nodes / PrunedTreeLayout.CodesPerByte == _codes.Length)
        {
            Array.Resize(ref _codes, 2 * _codes.Length);
        }

        _codes[_nodes / PrunedTreeLayout.CodesPerByte] |= (byte)((int)code << PrunedTreeLayout.ShiftOf(_nodes));
        _nodes++;
    }

    /// <summary>Goes up from a terminal through all inner nodes that are whole now.</summary>
    private void Complete(bool isStub)
    {
        _terminals++;
        while (_open.TryPop(out Half half))
        {
            if (half == Half.Left)
            {
                _open.Push(isStub ? Half.RightAfterStub : Half.RightAfterNode);
                return;
            }

            isStub = false;
        }

        _isComplete = true;
    }

    private void Hash(Hash256 hash)
    {
        hash.CopyTo(_data.GetSpan(Hash256.SizeBytes));
        _data.Advance(Hash256.SizeBytes);
    }

    private void Number(int number) => _data.Advance(Varint.Write(_data.GetSpan(Varint.MaxBytes), (ulong)number));
}
