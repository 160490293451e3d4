namespace Cairn.Manifests;

/// <summary>What the manifest says about a page file.</summary>
/// <param name="Number">The number of the file, from 1.</param>
/// <param name="IsSealed">Whether nothing is appended to it any more.</param>
/// <param name="TotalBytes">The durable bytes, header included; what lies behind them belongs to no page.</param>
/// <param name="LiveBytes">The bytes of pages and blobs (rounded up to 16 each) that the manifest's trees refer to.</param>
internal readonly record struct PageFileEntry(uint Number, bool IsSealed, long TotalBytes, long LiveBytes);
