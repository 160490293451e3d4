using System.Globalization;
using System.Text;

namespace Cairn.Tests.Contracts;

/// <summary>The entries of a tree as lines, for golden files.</summary>
internal static class EntryText
{
    public static string Of(ITreeReader tree, ReadOnlySpan<byte> prefix = default)
    {
        StringBuilder text = new();
        foreach (EntryScan entry in tree.Prefix(prefix))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(entry.Key)} = {Convert.ToHexStringLower(entry.Value)}\n");
        }

        return text.ToString();
    }
}
