using System.Buffers;
using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// Opens the home that a location names: a path, or a URI with one of the schemes <c>dir:</c>, <c>jsonl:</c>, <c>memory:</c>. The kind of a store that is
/// there is detected; a path without a scheme where nothing is gets a directory store.
/// </summary>
internal static class HomeLocator
{
    private const string LocationName = "location";

    private static readonly SearchValues<char> SchemeCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>Opens, or creates where the options allow.</summary>
    /// <param name="location">The path or URI.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="ArgumentException">The location is empty.</exception>
    /// <exception cref="StoreOptionsException">The scheme is not known, or an option is out of range.</exception>
    /// <exception cref="StoreNotFoundException">There is no store and none may be created, or something else is there.</exception>
    /// <exception cref="StoreLockedException">Another process writes to it.</exception>
    /// <exception cref="StateCorruptedException">Its bytes are damaged.</exception>
    /// <exception cref="StoreFormatException">It was written by a later version.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public static IHome Open(string location, StateStoreOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        StateStoreOptionsValidation.Validate(options);
        (string? scheme, string name) = Split(location);
        if (string.Equals(scheme, MemoryHome.KindName, StringComparison.Ordinal))
        {
            return OpenMemory(location, name, options);
        }

        if (name.Length == 0)
        {
            throw new StoreOptionsException(LocationName, $"'{location}' names no path. Write it behind the colon.");
        }

        IFileSystem fileSystem = options.FileSystem ?? OsFileSystem.Instance;
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(name));
        return scheme switch
        {
            null => StoreFinding.At(fileSystem, path).Contents == StoreContents.JsonLinesStore
                ? OpenJsonLines(fileSystem, path, options)
                : DirectoryHome.Open(fileSystem, path, options),
            DirectoryHome.KindName => DirectoryHome.Open(fileSystem, path, options),
            JsonLinesFormat.Kind => OpenJsonLines(fileSystem, path, options),
            _ => throw new StoreOptionsException(
                LocationName,
                $"'{scheme}:' is no kind of store; known are '{DirectoryHome.KindName}:', '{JsonLinesFormat.Kind}:' and '{MemoryHome.KindName}:'. For a path with a colon write '{DirectoryHome.KindName}:{location}'."),
        };
    }

    /// <summary>The full path of a directory that a location names, a path or a URI with the scheme <c>dir:</c>, whether or not it is there.</summary>
    /// <exception cref="StoreOptionsException">It names no directory.</exception>
    public static string DirectoryPath(string location)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        (string? scheme, string name) = Split(location);
        return scheme is null or DirectoryHome.KindName && name.Length > 0
            ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(name))
            : throw new StoreOptionsException(LocationName, $"'{location}' names no directory. Give a path, or '{DirectoryHome.KindName}:' and a path.");
    }

    /// <summary>Finds the store at a location without opening it.</summary>
    /// <exception cref="StoreOptionsException">The scheme is not known, or names no stored store.</exception>
    /// <exception cref="StoreNotFoundException">There is none.</exception>
    public static (StoreContents Contents, string Path) Find(string location, IFileSystem fileSystem)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        (string? scheme, string name) = Split(location);
        if (scheme is not (null or DirectoryHome.KindName or JsonLinesFormat.Kind) || name.Length == 0)
        {
            throw new StoreOptionsException(LocationName, $"'{location}' names no store on disk. Give a path, or '{DirectoryHome.KindName}:' or '{JsonLinesFormat.Kind}:' and a path.");
        }

        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(name));
        StoreFinding finding = StoreFinding.At(fileSystem, path);
        StoreContents wanted = scheme switch
        {
            DirectoryHome.KindName => StoreContents.DirectoryStore,
            JsonLinesFormat.Kind => StoreContents.JsonLinesStore,
            _ => finding.Contents,
        };
        return finding.Contents == wanted && wanted is StoreContents.DirectoryStore or StoreContents.JsonLinesStore
            ? (wanted, path)
            : throw new StoreNotFoundException(path, finding.Detail);
    }

    /// <summary>Splits a location at its scheme. A single letter is the drive of a Windows path.</summary>
    private static (string? Scheme, string Name) Split(string location)
    {
        int colon = location.IndexOf(':', StringComparison.Ordinal);
        return colon > 1 && char.IsAsciiLetter(location[0]) && location.AsSpan(0, colon).IndexOfAnyExcept(SchemeCharacters) < 0
            ? (location[..colon].ToLowerInvariant(), location[(colon + 1)..])
            : (null, location);
    }

    private static MemoryHome OpenMemory(string location, string name, StateStoreOptions options)
    {
        if (name.Length > 0)
        {
            throw new StoreOptionsException(LocationName, $"'{location}': a store in memory has no name; '{MemoryHome.KindName}:' opens a fresh one each time.");
        }

        return options is { ReadOnly: false, CreateIfMissing: true }
            ? new MemoryHome()
            : throw new StoreNotFoundException(location, "a store in memory is always new, so there is none to open");
    }

    private static JsonLinesHome OpenJsonLines(IFileSystem fileSystem, string path, StateStoreOptions options)
    {
        StoreFinding finding = StoreFinding.At(fileSystem, path);
        bool mayCreate = options is { ReadOnly: false, CreateIfMissing: true };
        if (finding.Contents != StoreContents.JsonLinesStore)
        {
            if (!mayCreate || finding.Contents is not (StoreContents.Nothing or StoreContents.EmptyDirectory))
            {
                throw new StoreNotFoundException(path, finding.Detail);
            }

            StoreDirectories.Create(fileSystem, path);
        }

        return JsonLinesHome.Open(fileSystem, path, options);
    }
}
