using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Homes;

/// <summary>Where a directory store keeps the index over its history.</summary>
/// <param name="Files">The file system.</param>
/// <param name="Store">The directory of the store.</param>
/// <param name="StoreId">The store.</param>
internal sealed record HistoryDirectory(IFileSystem Files, string Store, StoreId StoreId)
{
    /// <summary>The name of the directory within a store.</summary>
    public const string DirectoryName = "history";

    /// <summary>The directory.</summary>
    public string Path => System.IO.Path.Combine(Store, DirectoryName);
}
