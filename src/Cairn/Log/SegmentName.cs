using System.Globalization;
using Cairn.IO;

namespace Cairn.Log;

/// <summary>A segment file by its name: 16 hexadecimal digits of the sequence of its first record, and <c>.seg</c>.</summary>
/// <param name="Path">The path of the file.</param>
/// <param name="FirstSequence">The sequence in its name.</param>
internal readonly record struct SegmentName(string Path, ulong FirstSequence)
{
    private const string Ending = ".seg";
    private const int Digits = 16;

    /// <summary>The segment that starts with a record.</summary>
    public static SegmentName Of(string directory, ulong firstSequence) =>
        new(System.IO.Path.Join(directory, firstSequence.ToString("x16", CultureInfo.InvariantCulture) + Ending), firstSequence);

    /// <summary>The segments in a directory, ascending; none when the directory is absent. Other files are passed over.</summary>
    public static IReadOnlyList<SegmentName> List(IFileSystem files, string directory)
    {
        if (!files.DirectoryExists(directory))
        {
            return [];
        }

        List<SegmentName> segments = [];
        foreach (string name in files.List(directory))
        {
            if (name.Length == Digits + Ending.Length && name.EndsWith(Ending, StringComparison.Ordinal)
                && ulong.TryParse(name.AsSpan(0, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong first)
                && first != 0 && Of(directory, first).Path.EndsWith(name, StringComparison.Ordinal))
            {
                segments.Add(Of(directory, first));
            }
        }

        segments.Sort((left, right) => left.FirstSequence.CompareTo(right.FirstSequence));
        return segments;
    }
}
