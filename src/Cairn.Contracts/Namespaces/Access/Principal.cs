using System.Globalization;
using System.Text;

namespace Cairn.Contracts.Namespaces.Access;

/// <summary>
/// Who does something: an id that the host vouches for (of an API key, a token, a signature). What it may do is part of the state and nowhere else. Immutable. A store remembers answers for the instance it was
/// given, so one that is used again and again is best kept.
/// </summary>
public sealed class Principal : IEquatable<Principal>
{
    private readonly byte[] _bytes;

    /// <summary>Makes a principal.</summary>
    /// <param name="id">Its id: 1 to <see cref="NamespaceLimits.MaxPrincipalBytes"/> bytes of UTF-8 without control characters, and not <c>anonymous</c>.</param>
    /// <exception cref="ArgumentException">The id is none.</exception>
    public Principal(string id)
        : this(id, Check(id))
    {
    }

    private Principal(string id, byte[] bytes)
    {
        Id = id;
        _bytes = bytes;
    }

    /// <summary>Nobody in particular: without any right.</summary>
    public static Principal Anonymous { get; } = new("anonymous", []);

    /// <summary>The id; <c>anonymous</c> for nobody.</summary>
    public string Id { get; }

    /// <summary>Whether it is nobody in particular.</summary>
    public bool IsAnonymous => _bytes.Length == 0;

    /// <summary>The bytes of the id in records; none for nobody.</summary>
    internal ReadOnlySpan<byte> Utf8 => _bytes;

    /// <inheritdoc/>
    public bool Equals(Principal? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Principal other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Utf8Comparer.Instance.GetHashCode(_bytes);

    /// <summary>The id.</summary>
    public override string ToString() => Id;

    /// <summary>Whether bytes of a record are an id, and which.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> bytes, out string id)
    {
        id = "";
        return bytes.Length is > 0 and <= NamespaceLimits.MaxPrincipalBytes && Utf8Text.TryDecode(bytes, out id) && !id.Any(char.IsControl);
    }

    private static byte[] Check(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        int bytes = Utf8Text.CountChecked(id, NamespaceLimits.MaxPrincipalBytes, nameof(id));
        int bad = id.AsSpan().IndexOfAnyInRange('\0', '\x1f');
        bad = bad >= 0 ? bad : id.AsSpan().IndexOfAnyInRange('\x7f', '\x9f');
        if (bad >= 0)
        {
            throw new ArgumentException($"The id of a principal has no control characters; U+{((int)id[bad]).ToString("X4", CultureInfo.InvariantCulture)} is at index {bad}.", nameof(id));
        }

        return bytes > 0 && !string.Equals(id, "anonymous", StringComparison.Ordinal)
            ? Encoding.UTF8.GetBytes(id)
            : throw new ArgumentException("The id 'anonymous' stands for nobody in particular.", nameof(id));
    }
}
