namespace Cairn.Format;

/// <summary>Ranges of keys.</summary>
internal static class KeyRange
{
    /// <summary>Writes the first key after all keys that begin with a prefix: the prefix without its trailing ff bytes, its last byte raised.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="destination">As long as the prefix.</param>
    /// <returns>The length of that key; 0 when there is none, so that the range has no upper bound.</returns>
    public static int After(ReadOnlySpan<byte> prefix, Span<byte> destination)
    {
        int length = prefix.Length;
        while (length > 0 && prefix[length - 1] == 0xFF)
        {
            length--;
        }

        if (length > 0)
        {
            prefix[..length].CopyTo(destination);
            destination[length - 1]++;
        }

        return length;
    }
}
