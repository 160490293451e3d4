using Cairn.Proofs;

namespace Cairn.Snapshots;

/// <summary>What the parts of a snapshot hold, once it is proved: nothing comes out of here that does not belong to the state with the root in the header.</summary>
internal static class SnapshotContent
{
    /// <summary>The entries of the present part that follow the last one taken.</summary>
    /// <param name="reader">At a part of a full snapshot.</param>
    /// <param name="last">The key of the last entry taken; null when none was.</param>
    /// <exception cref="SnapshotDamagedException">The part does not belong to the state, or leaves a gap behind the last entry.</exception>
    public static PrunedEntryCollection Entries(SnapshotReader reader, ReadOnlyMemory<byte>? last)
    {
        PrunedTree tree = Verify(reader, reader.ReadPart().Span);
        byte[] start = last is { } key ? [.. key.Span, 0] : [];
        return tree.TryChunk(start, out PrunedEntryCollection? entries, out _) && entries.Count > 0 && entries.Count <= reader.Items
            ? entries
            : throw reader.Damaged(SnapshotFrameLayout.SizeBytes, "entries of the part", $"at most {reader.Items} that follow {(last is null ? "nothing" : Convert.ToHexStringLower(last.Value.Span))} without a gap", entries is null ? "a gap" : $"{entries.Count}");
    }

    /// <summary>The changes of the present part: the new value of each key; null where it is deleted.</summary>
    /// <param name="reader">At a part of an incremental snapshot.</param>
    /// <param name="last">The last key of the part before; null before the first.</param>
    /// <exception cref="SnapshotDamagedException">The part does not belong to the state.</exception>
    public static List<KeyValuePair<byte[], ReadOnlyMemory<byte>?>> Changes(SnapshotReader reader, ReadOnlyMemory<byte>? last)
    {
        ReadOnlyMemory<byte> part = reader.ReadPart();
        List<byte[]>? keys = ChangedKeys.Decode(part.Span, reader.Items, out ReadOnlySpan<byte> proof);
        if (keys is null || keys.Count != reader.Items || (last is { } before && before.Span.SequenceCompareTo(keys[0]) >= 0))
        {
            throw reader.Damaged(SnapshotFrameLayout.SizeBytes, "changed keys", $"{reader.Items} keys, ascending", "something else");
        }

        PrunedTree tree = Verify(reader, proof);
        List<KeyValuePair<byte[], ReadOnlyMemory<byte>?>> changes = new(keys.Count);
        foreach (byte[] key in keys)
        {
            changes.Add(new(key, tree.Find(key, out ReadOnlyMemory<byte> value, out _) switch
            {
                ProvedKey.Present => (ReadOnlyMemory<byte>?)value,
                ProvedKey.Absent => null,
                ProvedKey other => throw reader.Damaged(SnapshotFrameLayout.SizeBytes, $"proof of the key {Convert.ToHexStringLower(key)}", "that it is there with its value, or not there", $"{other}"),
            }));
        }

        return changes;
    }

    private static PrunedTree Verify(SnapshotReader reader, ReadOnlySpan<byte> proof)
    {
        ProofResult result = PrunedTree.Verify(reader.Info.Root, proof, out PrunedTree? tree);
        return tree ?? throw reader.Damaged(SnapshotFrameLayout.SizeBytes, "proof of the part", $"one that leads to the root {reader.Info.Root}", $"{result.Outcome}");
    }
}
