using Cairn.Homes;

namespace Cairn.Manifests;

/// <summary>What a manifest file says: the engine's part and the directory home's own. Immutable; valid once it came out of <see cref="ManifestCodec"/>.</summary>
internal sealed record StoreManifest
{
    /// <summary>The name of the store.</summary>
    public required StoreId StoreId { get; init; }

    /// <summary>The segment size in bytes, fixed when the store was created.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary>The highest number a page file ever had when this was written; 0 before the first. Later files are numbered above it.</summary>
    public uint HighestFile { get; init; }

    /// <summary>The page files, ascending by number.</summary>
    public IReadOnlyList<PageFileEntry> Files { get; init; } = [];

    /// <summary>The engine's part, with the generation.</summary>
    public required Manifest Content { get; init; }
}
