using System.Text.RegularExpressions;
using Cairn.Tests.Tidy;

namespace Cairn.Tests.Examples;

/// <summary>A block of the tutorial: what kind it is, and what is in it.</summary>
internal sealed record TutorialBlock(string Kind, string Text)
{
    /// <summary>The file that a block of code or of a project is, as its first line says.</summary>
    public string FileName => Text.Split('\n')[0].Replace("<!--", "", StringComparison.Ordinal).Replace("-->", "", StringComparison.Ordinal).Replace("//", "", StringComparison.Ordinal).Trim();
}

/// <summary>The first section of <c>docs/contracts.md</c>, in blocks.</summary>
internal static partial class Tutorial
{
    public static IReadOnlyList<TutorialBlock> Blocks { get; } = Read();

    private static TutorialBlock[] Read()
    {
        string document = SourceTree.All.Single(file => file.Path == "docs/contracts.md").Text;
        string section = document.Split("\n## ").Single(section => section.StartsWith("From an empty folder to a proof\n", StringComparison.Ordinal));
        return [.. Fences().Matches(section).Select(match => new TutorialBlock(match.Groups["kind"].Value, match.Groups["text"].Value))];
    }

    [GeneratedRegex(@"^```(?<kind>\w*)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Fences();
}
