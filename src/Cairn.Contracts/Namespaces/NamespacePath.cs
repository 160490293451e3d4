using System.Text;

namespace Cairn.Contracts.Namespaces;

/// <summary>Paths of namespaces as texts: those of keys, and <c>global</c>, or the empty text, for the namespace around all others, whose path has no bytes.</summary>
internal static class NamespacePath
{
    public const string Global = "global";

    /// <summary>Checks a text.</summary>
    /// <exception cref="InvalidPathException">It breaks a rule.</exception>
    public static byte[] Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 || string.Equals(text, Global, StringComparison.Ordinal) ? [] : StatePath.Parse(text).Utf8.ToArray();
    }

    /// <summary>The text of a path.</summary>
    public static string ToText(ReadOnlySpan<byte> path) => path.IsEmpty ? Global : Encoding.UTF8.GetString(path);
}
