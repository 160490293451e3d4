using System.Buffers;
using System.Text.Unicode;

namespace Cairn.Contracts.Namespaces;

/// <summary>The rules of paths: see <c>docs/namespaces.md</c>, "Keys".</summary>
internal static class PathRules
{
    public const byte Separator = (byte)'/';

    /// <summary>The byte after the separator: what ends a subtree.</summary>
    public const byte AfterSeparator = (byte)'0';

    /// <summary>The first byte of the first key that can be a path: what is below belongs to records.</summary>
    public const byte FirstPathByte = 0x20;

    private static readonly SearchValues<byte> Forbidden = SearchValues.Create([.. Enumerable.Range(0, FirstPathByte).Select(static code => (byte)code), 0x7f, .. @"\?#[]*"u8]);

    /// <summary>Encodes a text and checks it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="destination">Takes the bytes; at least <see cref="NamespaceLimits.MaxPathBytes"/>.</param>
    /// <param name="isPrefix">Whether it is a prefix: it may be empty, end in a separator, or end inside a segment.</param>
    /// <returns>How many bytes there are.</returns>
    /// <exception cref="InvalidPathException">It breaks a rule.</exception>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> destination, bool isPrefix = false)
    {
        OperationStatus status = Utf8.FromUtf16(text, destination[..NamespaceLimits.MaxPathBytes], out int read, out int bytes, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            throw new InvalidPathException(text, read, status == OperationStatus.DestinationTooSmall ? PathRule.PathLength : PathRule.Text);
        }

        if (FindFault(destination[..bytes], isPrefix, out int at) is { } rule)
        {
            throw new InvalidPathException(text, System.Text.Encoding.UTF8.GetCharCount(destination[..at]), rule);
        }

        return bytes;
    }

    /// <summary>Finds the first rule that bytes of UTF-8 break.</summary>
    /// <returns>The rule; null when they are a path.</returns>
    public static PathRule? FindFault(ReadOnlySpan<byte> path, bool isPrefix, out int at)
    {
        at = 0;
        if (path.Length > NamespaceLimits.MaxPathBytes)
        {
            at = NamespaceLimits.MaxPathBytes;
            return PathRule.PathLength;
        }

        if (path.IsEmpty)
        {
            return isPrefix ? null : PathRule.NotEmpty;
        }

        int bad = path.IndexOfAny(Forbidden);
        bad = bad >= 0 ? bad : IndexOfHighControl(path);
        int start = 0;
        while (true)
        {
            int length = path[start..].IndexOf(Separator);
            bool isLast = length < 0;
            length = isLast ? path.Length - start : length;
            bool mayBePart = isLast && isPrefix;
            if (length == 0 && !mayBePart)
            {
                at = start;
                return bad >= 0 && bad < start ? Characters(bad, out at) : PathRule.SegmentNotEmpty;
            }

            if (bad >= 0 && bad < start + length)
            {
                return Characters(bad, out at);
            }

            if (length > NamespaceLimits.MaxSegmentBytes)
            {
                at = start + NamespaceLimits.MaxSegmentBytes;
                return PathRule.SegmentLength;
            }

            if (!mayBePart && path[start] == '.' && (length == 1 || (length == 2 && path[start + 1] == '.')))
            {
                at = start;
                return PathRule.Dots;
            }

            if (isLast)
            {
                return null;
            }

            start += length + 1;
        }
    }

    /// <summary>Whether a path is another one or lies below it; everything lies below the empty path.</summary>
    public static bool IsAtOrBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> above) =>
        above.IsEmpty || (path.StartsWith(above) && (path.Length == above.Length || path[above.Length] == Separator));

    /// <summary>The length of what is above a path: up to its last separator; 0 at the top.</summary>
    public static int ParentLength(ReadOnlySpan<byte> path) => Math.Max(0, path.LastIndexOf(Separator));

    private static PathRule Characters(int bad, out int at)
    {
        at = bad;
        return PathRule.Characters;
    }

    /// <summary>The control characters U+0080 to U+009F, two bytes each.</summary>
    private static int IndexOfHighControl(ReadOnlySpan<byte> path)
    {
        int from = 0;
        while (path[from..].IndexOf((byte)0xc2) is var found and >= 0)
        {
            int at = from + found;
            if (at + 1 < path.Length && path[at + 1] is >= 0x80 and <= 0x9f)
            {
                return at;
            }

            from = at + 1;
        }

        return -1;
    }
}
