using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;

namespace Cairn.Homes;

/// <summary>What there is at a place where a store is wanted, judged by names alone.</summary>
internal enum StoreContents
{
    /// <summary>Nothing of that name.</summary>
    Nothing,

    /// <summary>A directory in which nothing was made, or nothing but what an interrupted creation of a store leaves before its first file of content.</summary>
    EmptyDirectory,

    /// <summary>A directory store; possibly one whose creation was interrupted.</summary>
    DirectoryStore,

    /// <summary>A JSON-lines store; possibly one whose creation was interrupted.</summary>
    JsonLinesStore,

    /// <summary>Something else, never to be written into.</summary>
    Foreign,
}

/// <summary>What was found at a place where a store is wanted.</summary>
/// <param name="Contents">The kind of it.</param>
/// <param name="Detail">In words, for messages.</param>
/// <param name="HasContent">Of a directory store: whether it ever got further than its first manifest, which is made durable before anything else.</param>
internal readonly record struct StoreFinding(StoreContents Contents, string Detail, bool HasContent = false)
{
    /// <summary>The file a writer holds locked.</summary>
    public const string LockFileName = "lock";

    /// <summary>Looks at a place.</summary>
    public static StoreFinding At(IFileSystem fileSystem, string path)
    {
        if (fileSystem.FileExists(path))
        {
            return new StoreFinding(StoreContents.Foreign, "a file is there, and a store is a directory");
        }

        if (!fileSystem.DirectoryExists(path))
        {
            return new StoreFinding(StoreContents.Nothing, "nothing is there");
        }

        return InDirectory(fileSystem, path, fileSystem.List(path));
    }

    private static StoreFinding InDirectory(IFileSystem fileSystem, string path, IReadOnlyList<string> names)
    {
        bool hasContent = names.Contains(ManifestFiles.EvenName, StringComparer.Ordinal)
            || SegmentName.List(fileSystem, Path.Combine(path, DirectoryHome.LogDirectoryName)).Count > 0
            || HasPageFiles(fileSystem, Path.Combine(path, PageFiles.DirectoryName));
        bool isDirectoryStore = hasContent || names.Contains(ManifestFiles.OddName, StringComparer.Ordinal);
        bool isJsonLinesStore = names.Any(name => name.StartsWith(JsonLinesFormat.LogFileName, StringComparison.Ordinal) || string.Equals(name, JsonLinesFormat.EndFileName, StringComparison.Ordinal));
        if (isDirectoryStore && isJsonLinesStore)
        {
            return new StoreFinding(StoreContents.Foreign, "the directory has the files of a directory store and of a JSON-lines store");
        }

        if (isDirectoryStore)
        {
            return new StoreFinding(StoreContents.DirectoryStore, "a directory store", hasContent);
        }

        if (isJsonLinesStore)
        {
            return new StoreFinding(StoreContents.JsonLinesStore, "a JSON-lines store");
        }

        return names.FirstOrDefault(name => !string.Equals(name, LockFileName, StringComparison.Ordinal)) is { } other
            ? new StoreFinding(StoreContents.Foreign, $"the directory has other files, '{other}' among them")
            : new StoreFinding(StoreContents.EmptyDirectory, "the directory is empty");
    }

    private static bool HasPageFiles(IFileSystem fileSystem, string directory) =>
        fileSystem.DirectoryExists(directory) && fileSystem.List(directory).Any(name => PageFile.TryParse(name, out _));
}
