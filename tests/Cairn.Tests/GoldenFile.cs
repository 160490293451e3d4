using System.Text;
using Xunit;

namespace Cairn.Tests;

/// <summary>
/// Compares with the files under <c>tests/Cairn.Tests/golden</c>, which freeze bytes and traces. With <c>UPDATE_GOLDEN=1</c> the files are
/// rewritten in the source folder instead; the difference is then reviewed like any other change.
/// </summary>
internal static class GoldenFile
{
    private const int ContextBytes = 16;
    private const int MaxShownLines = 60;

    private static bool Updating => Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    /// <summary>Compares bytes.</summary>
    /// <param name="name">The file, relative to <c>golden/</c>, with <c>/</c> between folders; give binary files the ending <c>.bin</c>.</param>
    /// <param name="actual">What the code made.</param>
    public static void Check(string name, ReadOnlySpan<byte> actual)
    {
        if (Updating)
        {
            string source = Repository.PathOf("tests", "Cairn.Tests", "golden", name);
            Directory.CreateDirectory(Path.GetDirectoryName(source)!);
            File.WriteAllBytes(source, actual);
            return;
        }

        byte[] expected = Read(name);
        int same = actual.CommonPrefixLength(expected);
        if (same == expected.Length && same == actual.Length)
        {
            return;
        }

        Assert.Fail(
            $"golden/{name} differs at byte {same} (lengths: expected {expected.Length}, found {actual.Length}).\n" +
            $"expected …{Around(expected, same)}\nfound    …{Around(actual, same)}\nIf the change is meant, run with UPDATE_GOLDEN=1 and review the difference.");
    }

    /// <summary>Compares text, line by line; line ends are LF.</summary>
    /// <param name="name">The file, relative to <c>golden/</c>, with <c>/</c> between folders.</param>
    /// <param name="text">What the code made.</param>
    public static void CheckText(string name, string text)
    {
        if (Updating)
        {
            Check(name, Encoding.UTF8.GetBytes(text));
            return;
        }

        string expectedText = Encoding.UTF8.GetString(Read(name));
        if (string.Equals(expectedText, text, StringComparison.Ordinal))
        {
            return;
        }

        string[] expected = expectedText.Split('\n');
        string[] actual = text.Split('\n');
        int line = 0;
        while (line < expected.Length && line < actual.Length && expected[line] == actual[line])
        {
            line++;
        }

        string all = actual.Length <= MaxShownLines ? $" All of it:\n{text}" : "";
        Assert.Fail(
            $"golden/{name} differs in line {line + 1}.\nexpected {LineOf(expected, line)}\nfound    {LineOf(actual, line)}\n" +
            $"If the change is meant, run with UPDATE_GOLDEN=1 and review the difference.{all}");
    }

    private static byte[] Read(string name)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "golden", name);
        Assert.True(File.Exists(path), $"golden/{name} is missing: run with UPDATE_GOLDEN=1, review it, build again and commit it.");
        return File.ReadAllBytes(path);
    }

    private static string Around(ReadOnlySpan<byte> bytes, int place)
    {
        int start = Math.Max(0, place - ContextBytes);
        int end = Math.Min(bytes.Length, place + ContextBytes);
        return Convert.ToHexStringLower(bytes[start..Math.Min(place, end)]) + " | " + Convert.ToHexStringLower(bytes[Math.Min(place, end)..end]);
    }

    private static string LineOf(string[] lines, int index) => index < lines.Length ? lines[index] : "(end of the text)";
}
