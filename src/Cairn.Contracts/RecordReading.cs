namespace Cairn.Contracts;

/// <summary>Reads entries whose length is known; another length is damage.</summary>
internal static class RecordReading
{
    /// <summary>More than the longest of them, so that a wrong length shows with one look at the tree.</summary>
    private const int RoomBytes = 64;

    /// <summary>Reads a value of exactly the length of the destination.</summary>
    /// <param name="tree">Where it is.</param>
    /// <param name="record">What it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="destination">Takes the value.</param>
    /// <returns>Whether it is there.</returns>
    /// <exception cref="ContractRecordException">It has another length.</exception>
    public static bool TryRead(ITreeReader tree, string record, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        Span<byte> room = stackalloc byte[RoomBytes];
        bool isThere;
        int length;
        try
        {
            isThere = tree.TryGet(key, room, out length);
        }
        catch (ArgumentException)
        {
            isThere = tree.TryGetLength(key, out length);
        }

        if (isThere && length != destination.Length)
        {
            throw new ContractRecordException(record, key, $"{destination.Length} bytes", $"{length} bytes");
        }

        if (isThere)
        {
            room[..length].CopyTo(destination);
        }

        return isThere;
    }
}
