using Cairn.History;
using Cairn.Homes;
using Cairn.IO;
using Cairn.Log;
using Cairn.Manifests;
using Cairn.Pages;

namespace Cairn.Checking;

/// <summary>Names what is in the directory of a store and belongs to nothing. It is no damage: nobody reads it. Leftovers of an interruption, which have names of ours, are not among them.</summary>
internal static class UnknownFiles
{
    private static readonly string[] DirectoryStoreNames =
    [
        StoreFinding.LockFileName, ManifestFiles.OddName, ManifestFiles.EvenName, HoldsFile.FileName, HoldsFile.NewFileName, HeadHint.FileName, DiskReserve.FileName,
        LineFiles.BackupName, LineFiles.LineName, LineFiles.BackupName + LineFiles.NewEnding, LineFiles.LineName + LineFiles.NewEnding,
    ];

    /// <summary>The paths, ascending within each directory.</summary>
    public static IEnumerable<string> Of(IFileSystem files, string path, StoreContents contents)
    {
        bool isDirectoryStore = contents == StoreContents.DirectoryStore;
        Dictionary<string, Predicate<string>> directories = new(StringComparer.Ordinal) { [SnapshotDirectory.DirectoryName] = IsSnapshot };
        if (isDirectoryStore)
        {
            string log = Path.Combine(path, DirectoryHome.LogDirectoryName);
            HashSet<string> segments = [.. SegmentName.List(files, log).Select(static segment => Path.GetFileName(segment.Path))];
            directories.Add(DirectoryHome.LogDirectoryName, segments.Contains);
            directories.Add(PageFiles.DirectoryName, static name => PageFile.TryParse(name, out _));
            directories.Add(HistoryDirectory.DirectoryName, IsRun);
        }

        foreach (string name in files.List(path))
        {
            string full = Path.Combine(path, name);
            if (directories.TryGetValue(name, out Predicate<string>? isKnown) && files.DirectoryExists(full))
            {
                foreach (string inner in files.List(full).Where(inner => !isKnown(inner)))
                {
                    yield return Path.Combine(full, inner);
                }
            }
            else if (!(isDirectoryStore ? DirectoryStoreNames.Contains(name, StringComparer.Ordinal) : IsOfJsonLines(name)))
            {
                yield return full;
            }
        }
    }

    private static bool IsSnapshot(string name) => name.EndsWith(SnapshotDirectory.Suffix, StringComparison.Ordinal) || name.EndsWith(SnapshotDirectory.Suffix + SnapshotDirectory.NewSuffix, StringComparison.Ordinal);

    private static bool IsRun(string name) => HistoryFiles.TryParse(name.EndsWith(LineFiles.NewEnding, StringComparison.Ordinal) ? name[..^LineFiles.NewEnding.Length] : name, out _, out _);

    private static bool IsOfJsonLines(string name) =>
        name.StartsWith(JsonLinesFormat.LogFileName, StringComparison.Ordinal) || name is JsonLinesFormat.LockFileName or JsonLinesFormat.EndFileName or JsonLinesFormat.EndFileName + JsonLinesFormat.NewSuffix;
}
