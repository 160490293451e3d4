using System.Text.RegularExpressions;
using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary>Links between the documents lead somewhere.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void RelativeLinks_Resolve()
    {
        List<string> faults = [];
        foreach (SourceFile file in SourceTree.Markdown)
        {
            string text = Fences().Replace(file.Text, match => new string('\n', match.Value.AsSpan().Count('\n')));
            foreach (Match link in Links().Matches(text))
            {
                if (!Resolves(file, link.Groups["target"].Value))
                {
                    faults.Add($"{file.Path}:{text.AsSpan(0, link.Index).Count('\n') + 1}: {link.Groups["target"].Value}");
                }
            }
        }

        Faults.AreNone(faults);
    }

    private static bool Resolves(SourceFile from, string target)
    {
        if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
        {
            return true;
        }

        string[] parts = target.Split('#', 2);
        string path = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(from.Path)!, Uri.UnescapeDataString(parts[0])));
        if (parts[0].Length == 0)
        {
            path = Repository.PathOf(from.Path);
        }

        bool inside = path.StartsWith(Repository.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return inside && (Directory.Exists(path) || (File.Exists(path) && (parts.Length == 1 || HasHeading(path, parts[1]))));
    }

    private static bool HasHeading(string path, string anchor) =>
        !path.EndsWith(".md", StringComparison.Ordinal) || Headings().Matches(File.ReadAllText(path)).Any(heading => Slug(heading.Groups["text"].Value) == anchor);

    /// <summary>The anchor that the usual renderers give a heading.</summary>
    private static string Slug(string heading) =>
        string.Concat(heading.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Fences();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Links();

    [GeneratedRegex(@"^#+ (?<text>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Headings();
}
