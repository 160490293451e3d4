namespace Cairn.Snapshots;

/// <summary>Reads a whole snapshot and sees whether it could be imported: every checksum, every proof, that nothing is missing between the parts and behind them. Needs no store; memory is bounded.</summary>
internal static class SnapshotVerifier
{
    /// <summary>Verifies a snapshot up to its end mark.</summary>
    /// <param name="stream">The snapshot.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellationToken">Ends it between two parts.</param>
    /// <returns>What it says of itself.</returns>
    /// <exception cref="SnapshotDamagedException">It is damaged.</exception>
    /// <exception cref="StoreFormatException">It is of a later version, or its codec is not available here.</exception>
    /// <exception cref="SnapshotChainException">It builds on something that is not before it.</exception>
    public static async Task<SnapshotInfo> VerifyAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        SnapshotReader reader = new(stream, name);
        SnapshotInfo info = await reader.BeginAsync(cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<byte>? last = null;
        ulong entries = 0;
        ulong bytes = 0;
        while (await reader.NextAsync(cancellationToken).ConfigureAwait(false))
        {
            if (info.IsIncremental)
            {
                last = SnapshotContent.Changes(reader, last)[^1].Key;
                continue;
            }

            foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) in SnapshotContent.Entries(reader, last))
            {
                last = key;
                entries++;
                bytes += (ulong)(key.Length + value.Length);
            }
        }

        TreeTotals found = new(entries, bytes);
        return info.IsIncremental || found == info.Totals ? info : throw reader.Damaged(0, "totals of the state", $"{info.Totals}, as the header says", $"{found} in the parts");
    }
}
