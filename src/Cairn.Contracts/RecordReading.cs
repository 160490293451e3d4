namespace Cairn.Contracts;

/// <summary>Reads entries whose length is known; another length is damage.</summary>
internal static class RecordReading
{
    /// <summary>Reads a value of exactly the length of the destination.</summary>
    /// <param name="tree">Where it is.</param>
    /// <param name="record">What it is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="destination">Takes the value.</param>
    /// <returns>Whether it is there.</returns>
    /// <exception cref="ContractRecordException">It has another length.</exception>
    public static bool TryRead(ITreeReader tree, string record, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        if (!tree.TryGetLength(key, out int length))
        {
            return false;
        }

        if (length != destination.Length)
        {
            throw new ContractRecordException(record, key, $"{destination.Length} bytes", $"{length} bytes");
        }

        tree.TryGet(key, destination, out _);
        return true;
    }
}
