namespace Cairn.Homes;

/// <summary>
/// Reads the records of a log, whole and in parts, for the history and for going back. Safe for any thread, beside the one that writes and the one that retires: what is retired meanwhile is not found any more, which is a
/// <see cref="StateCorruptedException"/> or an <see cref="IOException"/>.
/// </summary>
public interface ILogRecords
{
    /// <summary>Reads records, oldest first, each checked.</summary>
    /// <param name="from">The place before the first one.</param>
    /// <param name="through">The sequence of the last one; not above that of the log's end.</param>
    /// <exception cref="StateCorruptedException">A record is damaged, or not there.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    IEnumerable<PlacedRecord> ReadPlaced(LogPosition from, ulong through);

    /// <summary>Tells that nobody uses a record any more: the log may use the memory of its changes for the next ones it reads. Nothing has to be released; by default nothing comes of it.</summary>
    /// <param name="record">A record that <see cref="ReadPlaced"/> gave, to this caller alone. Its lists are not to be used afterwards.</param>
    void Release(LogRecord record)
    {
    }

    /// <summary>Reads what the records after a place say of themselves, oldest first, without their payload and changes. Ends at the end of the log as it is when the call starts.</summary>
    /// <param name="from">A place that the log still has.</param>
    /// <exception cref="StateCorruptedException">Something is not as it was written, as far as that shows without reading whole records.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    IEnumerable<LogRecordHead> ReadHeads(LogPosition from);

    /// <summary>Tells where the old values of the changes of one tree lie, in the home's own terms, for <see cref="ReadOld"/>.</summary>
    /// <param name="placed">A record that <see cref="ReadPlaced"/> gave.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="places">As long as the list of changes; takes a place for each, of no meaning where there is no old value.</param>
    void PlaceOld(in PlacedRecord placed, TreeKind tree, Span<ulong> places);

    /// <summary>Reads an old value without its record. It is not checked: the caller has its checksum.</summary>
    /// <param name="before">The place before its record.</param>
    /// <param name="tree">The tree.</param>
    /// <param name="place">The place of the value, from <see cref="PlaceOld"/>.</param>
    /// <param name="destination">As long as the value; filled completely.</param>
    /// <returns>The file and the offset it was read from, for messages.</returns>
    /// <exception cref="StateCorruptedException">There is no such value.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    (string File, long Offset) ReadOld(LogPosition before, TreeKind tree, ulong place, Span<byte> destination);
}
