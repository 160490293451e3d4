using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cairn.Contracts.Namespaces;

/// <summary>
/// The path of a key or of a namespace, checked: segments of 1 to 64 bytes of UTF-8 between slashes, 200 bytes together. Its bytes are the key in the state tree, so paths are ordered by them. Immutable and safe for any number of
/// threads; a path that is used again and again is best kept, as it remembers which namespace it is in.
/// </summary>
public sealed class StatePath : IEquatable<StatePath>, IComparable<StatePath>
{
    private readonly byte[] _bytes;
    private string? _text;

    private StatePath(byte[] bytes, string? text)
    {
        _bytes = bytes;
        _text = text;
    }

    /// <summary>The bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8 => _bytes;

    /// <summary>How many segments there are.</summary>
    public int Depth => _bytes.AsSpan().Count(PathRules.Separator) + 1;

    /// <summary>The last segment.</summary>
    public string Name => Encoding.UTF8.GetString(_bytes.AsSpan(_bytes.AsSpan().LastIndexOf(PathRules.Separator) + 1));

    /// <summary>
    /// The namespace it was found in last, which knows of what state that is true. One reference, so that threads that use the path for different stores each see a whole answer.
    /// </summary>
    internal NamespaceState? Owner { get; set; }

    /// <summary>Whether the paths are equal.</summary>
    public static bool operator ==(StatePath? left, StatePath? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether the paths differ.</summary>
    public static bool operator !=(StatePath? left, StatePath? right) => !(left == right);

    /// <summary>Whether the left path comes before the right one.</summary>
    public static bool operator <(StatePath? left, StatePath? right) => Compare(left, right) < 0;

    /// <summary>Whether the left path comes after the right one.</summary>
    public static bool operator >(StatePath? left, StatePath? right) => Compare(left, right) > 0;

    /// <summary>Whether the left path does not come after the right one.</summary>
    public static bool operator <=(StatePath? left, StatePath? right) => Compare(left, right) <= 0;

    /// <summary>Whether the left path does not come before the right one.</summary>
    public static bool operator >=(StatePath? left, StatePath? right) => Compare(left, right) >= 0;

    /// <summary>A path of a text, as <see cref="Parse(string)"/>.</summary>
    /// <exception cref="InvalidPathException">The text breaks a rule.</exception>
    public static implicit operator StatePath(string text) => Parse(text);

    /// <summary>Checks a text.</summary>
    /// <exception cref="InvalidPathException">It breaks a rule, which is named together with the place.</exception>
    public static StatePath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> bytes = stackalloc byte[NamespaceLimits.MaxPathBytes];
        return new StatePath(bytes[..PathRules.Encode(text, bytes)].ToArray(), text);
    }

    /// <summary>Checks a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path; null when it breaks a rule.</param>
    /// <returns>Whether it is a path.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out StatePath? path)
    {
        path = null;
        if (text is null || text.Length > NamespaceLimits.MaxPathBytes)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[NamespaceLimits.MaxPathBytes];
        return System.Text.Unicode.Utf8.FromUtf16(text, bytes, out _, out int length, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done && TryParse(bytes[..length], out path);
    }

    /// <summary>Checks bytes of UTF-8.</summary>
    /// <param name="utf8">The bytes. Copied.</param>
    /// <param name="path">The path; null when they break a rule.</param>
    /// <returns>Whether they are a path.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out StatePath? path)
    {
        path = System.Text.Unicode.Utf8.IsValid(utf8) && PathRules.FindFault(utf8, isPrefix: false, out _) is null ? new StatePath(utf8.ToArray(), text: null) : null;
        return path is not null;
    }

    /// <summary>Whether it is another path or lies below it, segment by segment.</summary>
    public bool IsAtOrBelow(StatePath above)
    {
        ArgumentNullException.ThrowIfNull(above);
        return PathRules.IsAtOrBelow(_bytes, above._bytes);
    }

    /// <inheritdoc/>
    public bool Equals(StatePath? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StatePath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Utf8Comparer.Instance.GetHashCode(_bytes);

    /// <summary>Compares by bytes.</summary>
    public int CompareTo(StatePath? other) => Compare(this, other);

    /// <summary>The text.</summary>
    public override string ToString() => _text ??= Encoding.UTF8.GetString(_bytes);

    private static int Compare(StatePath? left, StatePath? right) =>
        left is null ? (right is null ? 0 : -1) : right is null ? 1 : left._bytes.AsSpan().SequenceCompareTo(right._bytes);
}
