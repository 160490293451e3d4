namespace Cairn.Tests.Tidy;

/// <summary>A text file of the checkout.</summary>
/// <param name="Path">Its path from the root of the checkout, with <c>/</c>.</param>
/// <param name="Text">What is in it.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private string? _code;

    /// <summary>The text without comments and the contents of literals (C# only).</summary>
    public string Code => _code ??= SourceText.CodeOf(Text);

    public int Lines => Text.AsSpan().Count('\n');

    /// <summary>For an engine file: its folder below <c>src/Cairn</c>; empty for the root.</summary>
    public string Folder => Path["src/Cairn/".Length..].Contains('/', StringComparison.Ordinal) ? Path.Split('/')[2] : "";

    public string FileName => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The line a place in the text is in.</summary>
    public int LineOf(int at) => Text.AsSpan(0, at).Count('\n') + 1;
}

/// <summary>The text files of the checkout, read once; build output and tool folders are left out.</summary>
internal static class SourceTree
{
    private static readonly string[] TextEndings = [".cs", ".csproj", ".props", ".slnx", ".md", ".sh", ".txt", ".json", ".jsonl", ".editorconfig"];
    private static readonly string[] SkippedFolders = ["bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "node_modules"];

    /// <summary>All text files but the test vectors.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. Walk(new DirectoryInfo(Repository.Root), "").OrderBy(file => file.Path, StringComparer.Ordinal)];

    public static IEnumerable<SourceFile> CSharp => All.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> Engine => CSharp.Where(file => file.Path.StartsWith("src/Cairn/", StringComparison.Ordinal));

    /// <summary>The engine and what stands on it: libraries that run in other people's programs.</summary>
    public static IEnumerable<SourceFile> Libraries => Engine.Concat(CSharp.Where(file => file.Path.StartsWith("src/Cairn.Contracts/", StringComparison.Ordinal) || file.Path.StartsWith("src/Cairn.Hosting/", StringComparison.Ordinal) || file.Path.StartsWith("src/Cairn.Vm/", StringComparison.Ordinal)));

    public static IEnumerable<SourceFile> Markdown => All.Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal));

    private static IEnumerable<SourceFile> Walk(DirectoryInfo folder, string path)
    {
        foreach (FileInfo file in folder.EnumerateFiles().Where(IsText))
        {
            yield return new SourceFile(path + file.Name, File.ReadAllText(file.FullName));
        }

        foreach (DirectoryInfo inner in folder.EnumerateDirectories().Where(inner => !SkippedFolders.Contains(inner.Name) && inner.Name is not "vectors" && (inner.Name == ".ci" || inner.Name[0] != '.')))
        {
            foreach (SourceFile file in Walk(inner, path + inner.Name + "/"))
            {
                yield return file;
            }
        }
    }

    private static bool IsText(FileInfo file) => TextEndings.Contains(file.Extension) || file.Extension.Length == 0;
}
