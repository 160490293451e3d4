namespace Cairn.Homes;

/// <summary>Places of old values for homes that have whole records at hand: the index of the change in the list of its tree.</summary>
internal static class ChangeIndexes
{
    /// <summary>The places of all changes.</summary>
    public static void Fill(Span<ulong> places)
    {
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = (ulong)i;
        }
    }

    /// <summary>Copies the old value of a change.</summary>
    /// <exception cref="StateCorruptedException">There is no such value.</exception>
    public static void CopyOld(LogRecord record, TreeKind tree, ulong index, Span<byte> destination, string file, long offset)
    {
        ChangeList changes = tree == TreeKind.State ? record.StateChanges : record.LocalChanges;
        int bytes = index < (ulong)changes.Count && changes.HasOld((int)index) ? changes.Old((int)index).Length : -1;
        if (bytes != destination.Length)
        {
            throw new StateCorruptedException(file, offset, $"old value {index} of the {tree} tree in record {record.Sequence}", $"{destination.Length} bytes", bytes < 0 ? "none" : $"{bytes}");
        }

        changes.Old((int)index).CopyTo(destination);
    }
}
