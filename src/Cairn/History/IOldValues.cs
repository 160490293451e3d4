namespace Cairn.History;

/// <summary>Reads old values from the log.</summary>
internal interface IOldValues
{
    /// <summary>Reads an old value and checks it.</summary>
    /// <param name="sequence">The sequence of the record.</param>
    /// <param name="place">Where it is.</param>
    /// <param name="destination">As long as the value.</param>
    /// <exception cref="StateCorruptedException">It is not there, or not what it was.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    void Read(ulong sequence, OldPlace place, Span<byte> destination);
}
