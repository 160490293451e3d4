namespace Cairn.Benchmarks.Machines;

/// <summary>Counts what the whole machine writes to the disk that holds a directory. Zero where the system does not tell.</summary>
/// <remarks>What the system says of one process counts whole blocks of cache that were made dirty, which can be many times what is written of them.</remarks>
internal sealed class DiskCounter
{
    private const int SectorBytes = 512;
    private const int WrittenSectorsField = 6;

    private readonly string? _path;

    /// <summary>Finds the disk.</summary>
    /// <param name="directory">A directory on it; null for no disk.</param>
    public DiskCounter(string? directory)
    {
        // Fields of a line of mountinfo: number, parent, device, root, mount point, ...
        string? device = directory is null ? null : ProcFiles.Text("/proc/self/mountinfo").Split('\n')
            .Select(line => line.Split(' '))
            .Where(fields => fields.Length > 4 && IsBelow(Path.GetFullPath(directory), fields[4]))
            .MaxBy(fields => fields[4].Length)?[2];
        _path = device is null ? null : $"/sys/dev/block/{device}/stat";
    }

    /// <summary>The bytes written since the machine started.</summary>
    public long WrittenBytes
    {
        get
        {
            string[] fields = _path is null ? [] : ProcFiles.Text(_path).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > WrittenSectorsField && long.TryParse(fields[WrittenSectorsField], out long sectors) ? sectors * SectorBytes : 0;
        }
    }

    private static bool IsBelow(string path, string mountPoint) =>
        mountPoint == "/" || path == mountPoint || path.StartsWith(mountPoint + "/", StringComparison.Ordinal);
}
