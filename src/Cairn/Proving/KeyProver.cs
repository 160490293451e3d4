using Cairn.Proofs;
using Cairn.Tree;

namespace Cairn.Proving;

/// <summary>Builds ICS-23 proofs of single keys, alone or for one batch. For one thread.</summary>
/// <param name="tree">The tree.</param>
/// <param name="spec">By value or by value hash.</param>
internal sealed class KeyProver(ProofTree tree, ProofSpec spec)
{
    /// <summary>The bytes of a step on the wire, at most.</summary>
    private const int StepBytes = 9 + Hash256.SizeBytes;

    /// <summary>The bytes of a step that stands in the table of a compressed batch already, at most.</summary>
    private const int StepNumberBytes = 4;

    /// <summary>The bytes of an existence proof beside key, value and steps, and of what encloses it, at most: tags and lengths, the leaf operation, the key of an absence.</summary>
    private const int FrameBytes = 64;

    private readonly Dictionary<ProofStep, ProofStep> _shared = [];
    private long _bytes;

    /// <summary>Proves that a key is present or absent.</summary>
    /// <exception cref="NotProvableException">The spec has no proof for it.</exception>
    /// <exception cref="ProofTooLargeException">The proof would be too long.</exception>
    public CommitmentProof Prove(ReadOnlySpan<byte> key)
    {
        ProofEntry entry = Entry(key, isShared: false);
        return entry.Existence is { } existence ? CommitmentProof.Of(existence) : CommitmentProof.Of(entry.Absence!);
    }

    /// <summary>Proves of several keys that they are present or absent.</summary>
    /// <exception cref="NotProvableException">The spec has no proof for one of them.</exception>
    /// <exception cref="ProofTooLargeException">The proof would be too long.</exception>
    public CommitmentProof Prove(IReadOnlyList<ReadOnlyMemory<byte>> keys, bool isCompressed, CancellationToken cancellationToken)
    {
        List<ProofEntry> entries = new(keys.Count);
        foreach (ReadOnlyMemory<byte> key in keys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            entries.Add(Entry(key.Span, isCompressed));
        }

        return CommitmentProof.Batch(entries, isCompressed);
    }

    private ProofEntry Entry(ReadOnlySpan<byte> key, bool isShared)
    {
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        tree.ThrowIfInvalid();
        if (tree.Root.Reference is null)
        {
            throw new NotProvableException(key, UnprovableReason.EmptyState);
        }

        TreePath path = TreePath.To(tree.Pages, tree.Root, key, out bool isPresent);
        if (isPresent)
        {
            return ProofEntry.Of(Existence(path, key, isShared));
        }

        Count(key.Length);
        ExistenceProof? left = path.Before() is { } before ? Existence(before, key, isShared) : null;
        ExistenceProof? right = path.AtOrBehind() is { } behind ? Existence(behind, key, isShared) : null;
        return ProofEntry.Of(new NonExistenceProof(key.ToArray(), left, right));
    }

    private ExistenceProof Existence(TreePath path, ReadOnlySpan<byte> asked, bool isShared)
    {
        (Page page, int item) = (path.Page, path.Item);
        int valueBytes = spec.IsByValueHash ? Hash256.SizeBytes : page.ValueBytes(item);
        if (valueBytes == 0)
        {
            throw new NotProvableException(asked, UnprovableReason.EmptyValue);
        }

        // Before the value is read, which may be long.
        Count(FrameBytes + page.KeyBytes(item) + valueBytes);
        ProofStep[] steps = path.ToSteps();
        foreach (ref ProofStep step in steps.AsSpan())
        {
            step = isShared ? Share(step) : CountStep(step, StepBytes);
        }

        byte[] value = spec.IsByValueHash ? NodeHashes.OfValue(page, item).ToArray() : TreeReading.Value(tree.Pages, page, item);
        return new ExistenceProof(spec, path.Key, value, steps);
    }

    /// <summary>One object for each step of a compressed batch, however many paths have it.</summary>
    private ProofStep Share(ProofStep step)
    {
        if (_shared.TryGetValue(step, out ProofStep? known))
        {
            return CountStep(known, StepNumberBytes);
        }

        _shared.Add(step, step);
        return CountStep(step, StepBytes + StepNumberBytes);
    }

    private ProofStep CountStep(ProofStep step, int bytes)
    {
        Count(bytes);
        return step;
    }

    private void Count(long bytes)
    {
        _bytes += bytes;
        if (_bytes > ProofLimits.MaxProofBytes)
        {
            throw new ProofTooLargeException(_bytes, ProofLimits.MaxProofBytes);
        }
    }
}
