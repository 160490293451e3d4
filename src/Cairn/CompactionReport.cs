namespace Cairn;

/// <summary>What <see cref="StateStore.CompactAsync"/> did.</summary>
/// <param name="FilesRemoved">How many page files were deleted, those of cleaning runs in between included.</param>
/// <param name="BytesMoved">The bytes of pages and blobs that were written anew.</param>
/// <param name="BytesFreed">By how many bytes the page files became smaller; negative if blocks committed meanwhile took more than was freed.</param>
public sealed record CompactionReport(long FilesRemoved, long BytesMoved, long BytesFreed);
