using System.Text.RegularExpressions;
using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary>Files and functions stay readable.</summary>
public sealed partial class SizeTests
{
    private const int LongFileLines = 500;
    private const int MaxFileLines = 700;
    private const int MaxFunctionLines = 70;

    /// <summary>Tables and generated-looking code that is clearer in one piece; each with its reason.</summary>
    private static readonly Dictionary<string, string> LongFunctions = new(StringComparer.Ordinal);

    [Fact]
    public void Files_AreShort()
    {
        SourceFile[] files = [.. SourceTree.CSharp];
        Assert.NotEmpty(files);
        foreach (SourceFile file in files.Where(file => file.Lines > LongFileLines))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{file.Path}: {file.Lines} lines, more than {LongFileLines}");
        }

        Faults.AreNone(files.Where(file => file.Lines > MaxFileLines).Select(file => $"{file.Path}: {file.Lines} lines, more than {MaxFileLines}"));
    }

    [Fact]
    public void Functions_FitAScreen()
    {
        List<string> faults = [];
        foreach (SourceFile file in SourceTree.CSharp)
        {
            foreach (Member member in Members.Of(file.Text).Where(member => member.Lines > MaxFunctionLines && !IsTable(member)))
            {
                if (!LongFunctions.ContainsKey($"{file.Path}: {member.Header}"))
                {
                    faults.Add($"{file.Path}:{member.Line}: {member.Header}: {member.Lines} lines, more than {MaxFunctionLines}");
                }
            }
        }

        Faults.AreNone(faults);
    }

    /// <summary>Whether the braces belong to an initializer: data, not a function.</summary>
    private static bool IsTable(Member member) => Initializer().IsMatch(member.Header);

    [GeneratedRegex(@"[^=!<>]=(?![=>])", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Initializer();
}
