using System.Text.RegularExpressions;

namespace Cairn.Tests.Tidy;

/// <summary>A member of a type with a body: where it starts and how many lines it takes.</summary>
internal sealed record Member(string Header, int Line, int Lines);

/// <summary>Finds the members of a C# file by counting braces: exact enough for lengths, and no compiler is needed.</summary>
internal static partial class Members
{
    /// <summary>The members with a body in braces, in order.</summary>
    public static IEnumerable<Member> Of(string text)
    {
        string code = SourceText.CodeOf(text);
        Stack<bool> typeBlocks = new([true]);
        int memberDepth = -1;
        int headerStart = 0;
        string header = "";
        int start = 0;
        for (int at = 0; at < code.Length; at++)
        {
            switch (code[at])
            {
                case '{':
                    bool isType = memberDepth < 0 && TypeHeader().IsMatch(code[headerStart..at]);
                    if (memberDepth < 0 && !isType)
                    {
                        memberDepth = typeBlocks.Count;
                        header = code[headerStart..at].Trim();
                        start = headerStart + code[headerStart..at].Length - code[headerStart..at].TrimStart().Length;
                    }

                    typeBlocks.Push(isType);
                    headerStart = at + 1;
                    break;
                case '}':
                    typeBlocks.Pop();
                    if (typeBlocks.Count == memberDepth)
                    {
                        memberDepth = -1;
                        yield return new Member(OneLine(header), LineOf(code, start), LineOf(code, at) - LineOf(code, start) + 1);
                    }

                    headerStart = at + 1;
                    break;
                case ';' when memberDepth < 0:
                    headerStart = at + 1;
                    break;
                default:
                    break;
            }
        }
    }

    private static int LineOf(string code, int at) => code.AsSpan(0, at).Count('\n') + 1;

    private static string OneLine(string header) => Spaces().Replace(header, " ");

    [GeneratedRegex(
        @"^(\s|#[^\n]*\n|\[[^\]]*\])*((public|internal|private|protected|file|static|sealed|abstract|partial|readonly|ref|unsafe|new)\s+)*(namespace|class|struct|record|interface|enum|extension)\b",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex TypeHeader();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Spaces();
}
