using System.Globalization;
using Cairn.Homes;
using Cairn.IO;

namespace Cairn.History;

/// <summary>
/// The files of the runs. A run is written under another name, synced, and renamed, so that one with its own name is whole. Everything can be made anew from the log: what is unfinished, superseded or not understood means
/// nothing.
/// </summary>
internal sealed class HistoryFiles(HistoryDirectory directory)
{
    private const string Ending = ".run";
    private const string NewEnding = ".new";
    private const int Digits = 16;

    /// <summary>Whether there may be any.</summary>
    public bool Exist => directory.Files.DirectoryExists(directory.Path);

    /// <summary>The runs by their names, the longest first; those that lie within one before, or overlap it, are left out: a merge was interrupted before it removed them.</summary>
    public IReadOnlyList<RunName> List() => Choose(All());

    /// <summary>Files that mean nothing: unfinished ones, and those that <see cref="List"/> leaves out.</summary>
    public IReadOnlyList<string> Leftovers()
    {
        if (!Exist)
        {
            return [];
        }

        HashSet<string> chosen = [.. List().Select(static name => name.Path)];
        return
        [
            .. directory.Files.List(directory.Path)
                .Where(static name => name.EndsWith(Ending, StringComparison.Ordinal) || name.EndsWith(Ending + NewEnding, StringComparison.Ordinal))
                .Select(name => Path.Combine(directory.Path, name))
                .Where(path => !chosen.Contains(path)),
        ];
    }

    /// <summary>Opens a run.</summary>
    /// <exception cref="StateCorruptedException">It is not what was written.</exception>
    /// <exception cref="StoreFormatException">It is of another format.</exception>
    /// <exception cref="RunDamagedException">Its rewinds are damaged.</exception>
    /// <exception cref="IOException">Reading failed, or it is gone.</exception>
    public Run Open(in RunName name, BlockCache cache)
    {
        IFile file = directory.Files.Open(name.Path, FileOpening.Read);
        RunHeader header;
        try
        {
            byte[] block = new byte[RunBlock.SizeBytes];
            header = RunHeader.Parse(block.AsSpan(0, file.Read(0, block)), name.Path, file.Length);
            if (header.FirstSequence != name.First || header.LastSequence != name.Last || header.StoreId != directory.StoreId)
            {
                throw new StateCorruptedException(
                    name.Path, HistoryHeaderLayout.StoreIdOffset, "store and interval of a history run", $"{directory.StoreId}, {name.First} to {name.Last}", $"{header.StoreId}, {header.FirstSequence} to {header.LastSequence}");
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return new Run(header, file, cache);
    }

    /// <summary>Makes the file of a merged run, durably.</summary>
    /// <param name="runs">The runs to merge; at least one record of them is behind <paramref name="after"/>.</param>
    /// <param name="after">What is up to here is left out.</param>
    /// <param name="cache">Keeps its blocks.</param>
    /// <param name="cancellationToken">Ends it; nothing is left then.</param>
    /// <exception cref="RunDamagedException">One of the runs is damaged.</exception>
    /// <exception cref="IOException">Writing failed; nothing counts.</exception>
    public Run Write(IReadOnlyList<Run> runs, ulong after, BlockCache cache, CancellationToken cancellationToken)
    {
        if (!Exist)
        {
            directory.Files.CreateDirectory(directory.Path);
            directory.Files.SyncDirectory(directory.Store);
        }

        RunName name = NameOf(Math.Max(after + 1, runs[0].FirstSequence), runs[^1].LastSequence);
        string unfinished = name.Path + NewEnding;
        directory.Files.Delete(unfinished);
        try
        {
            using (IFile file = directory.Files.Open(unfinished, FileOpening.CreateNew))
            {
                using FileRunSink sink = new(file);
                sink.Finish(RunMerger.Merge(runs, sink, after, directory.StoreId, cancellationToken));
            }

            directory.Files.Rename(unfinished, name.Path);
            directory.Files.SyncDirectory(directory.Path);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or RunDamagedException)
        {
            Delete(unfinished);
            throw;
        }

        return Open(name, cache);
    }

    /// <summary>Deletes a file as far as that is possible: what stays means nothing.</summary>
    public void Delete(string path)
    {
        try
        {
            directory.Files.Delete(path);
        }
        catch (IOException)
        {
            // The next opening for writing tries again.
        }
    }

    /// <summary>Reads a name.</summary>
    /// <returns>Whether it is that of a run.</returns>
    public static bool TryParse(string name, out ulong first, out ulong last)
    {
        last = 0;
        return ulong.TryParse(name.AsSpan(0, Math.Min(name.Length, Digits)), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out first)
            && name.Length == (2 * Digits) + 1 + Ending.Length
            && ulong.TryParse(name.AsSpan(Digits + 1, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out last)
            && first >= 1 && last >= first
            && string.Equals(name, FileNameOf(first, last), StringComparison.Ordinal);
    }

    private static string FileNameOf(ulong first, ulong last) =>
        string.Create(CultureInfo.InvariantCulture, $"{first:x16}-{last:x16}{Ending}");

    private static List<RunName> Choose(IEnumerable<RunName> names)
    {
        List<RunName> chosen = [];
        foreach (RunName name in names.OrderByDescending(static name => name.Last - name.First).ThenByDescending(static name => name.Last))
        {
            if (!chosen.Exists(other => name.First <= other.Last && other.First <= name.Last))
            {
                chosen.Add(name);
            }
        }

        chosen.Sort(static (left, right) => left.First.CompareTo(right.First));
        return chosen;
    }

    private RunName NameOf(ulong first, ulong last) => new(Path.Combine(directory.Path, FileNameOf(first, last)), first, last);

    private IEnumerable<RunName> All()
    {
        foreach (string name in Exist ? directory.Files.List(directory.Path) : [])
        {
            if (TryParse(name, out ulong first, out ulong last))
            {
                yield return NameOf(first, last);
            }
        }
    }
}

/// <summary>A run file by its name.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="First">The sequence of its first record.</param>
/// <param name="Last">The sequence of its last record.</param>
internal readonly record struct RunName(string Path, ulong First, ulong Last);
