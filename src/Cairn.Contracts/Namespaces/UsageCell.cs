namespace Cairn.Contracts.Namespaces;

/// <summary>
/// What lies in and below a namespace, known within a draft without asking the tree each time. <see cref="Base"/> is what the tree had before the first write that <see cref="Entries"/> and <see cref="Bytes"/> count, so it stays true when
/// these are taken back.
/// </summary>
internal sealed class UsageCell
{
    public TreeTotals? Base { get; set; }

    public long Entries { get; set; }

    public long Bytes { get; set; }

    /// <summary>The entries there are; the base has to be known.</summary>
    public ulong CurrentEntries => Base!.Value.Entries + (ulong)Entries;

    /// <summary>The bytes there are; the base has to be known.</summary>
    public ulong CurrentBytes => Base!.Value.Bytes + (ulong)Bytes;
}
