using System.Text.RegularExpressions;
using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary>A folder of the engine uses only the rows below its own, or its own row.</summary>
public sealed partial class LayerTests
{
    /// <summary>The rows, bottom first. The root folder is both: its value types are the lowest row, the types of <see cref="TopTypes"/> the highest.</summary>
    private static readonly string[][] Rows =
    [
        ["IO"],
        ["Format"],
        ["Hashing"],
        ["Homes", "Log", "Pages", "Manifests", "Proofs"],
        ["Tree", "Checkpoints"],
        ["History", "Checking", "Backups", "Repairing", "Proving", "Snapshots"],
    ];

    /// <summary>The types of the root that stand above everything.</summary>
    private static readonly string[] TopTypes = ["StateStore", "StateView", "BlockDraft", "TreeDraft"];

    /// <summary>A type that the compiler looks for in this namespace, where the framework does not have it.</summary>
    private const string CompilerType = "src/Cairn.Contracts.Generator/IsExternalInit.cs";

    [Fact]
    public void EveryFolder_HasARow() =>
        Faults.AreNone(SourceTree.Engine.Select(file => file.Folder).Where(folder => folder.Length > 0).Distinct().Except(Rows.SelectMany(row => row)));

    [Fact]
    public void Folders_UseLowerRowsOnly()
    {
        List<string> faults = [];
        foreach (SourceFile file in SourceTree.Engine.Where(file => file.Folder.Length > 0))
        {
            foreach (Match use in Names().Matches(file.Code).Where(use => RowOf(use.Groups["folder"].Value) > RowOf(file.Folder) && IsEngineName(use)))
            {
                faults.Add($"{file.Path}:{file.LineOf(use.Index)}: {file.Folder} uses {use.Value}, which is above it");
            }
        }

        Faults.AreNone(faults);
    }

    /// <summary>A light client trusts the proofs alone: they know value types, bits of keys and hashes, and neither files nor stores.</summary>
    [Fact]
    public void Proofs_AreOnFormatAndHashingAlone()
    {
        string[] allowed = ["Format", "Hashing", "Proofs"];
        List<string> faults = [];
        foreach (SourceFile file in SourceTree.Engine.Where(file => file.Folder == "Proofs"))
        {
            foreach (Match use in Names().Matches(file.Code).Where(use => RowOf(use.Groups["folder"].Value) >= 0 && !allowed.Contains(use.Groups["folder"].Value) && IsEngineName(use)))
            {
                faults.Add($"{file.Path}:{file.LineOf(use.Index)}: Proofs uses {use.Value}");
            }
        }

        Faults.AreNone(faults);
    }

    [Fact]
    public void Folders_DoNotUseTheStore()
    {
        List<string> faults = [];
        foreach (SourceFile file in SourceTree.Engine.Where(file => file.Folder.Length > 0))
        {
            faults.AddRange(Words().Matches(file.Code)
                .Where(word => TopTypes.Contains(word.Value))
                .Select(word => $"{file.Path}:{file.LineOf(word.Index)}: {file.Folder} uses {word.Value}, a type of the root"));
        }

        Faults.AreNone(faults);
    }

    [Fact]
    public void Namespaces_FollowFolders()
    {
        List<string> faults = [];
        foreach (SourceFile file in SourceTree.CSharp.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            string[] folders = file.Path.Split('/')[1..^1];
            string expected = file.Path == CompilerType ? "System.Runtime.CompilerServices" : string.Join('.', folders);
            Match declared = Namespace().Match(file.Code);
            if (declared.Success && declared.Groups["name"].Value != expected)
            {
                faults.Add($"{file.Path}: namespace {declared.Groups["name"].Value}, expected {expected}");
            }
        }

        Faults.AreNone(faults);
    }

    private static int RowOf(string folder) => Array.FindIndex(Rows, row => row.Contains(folder));

    /// <summary>Whether the name is really a folder of ours: <c>Cairn.X</c>, or <c>X.Type</c> for a type that exists.</summary>
    private static bool IsEngineName(Match use) =>
        use.Groups["root"].Success || typeof(StateStore).Assembly.GetType($"Cairn.{use.Groups["folder"].Value}.{use.Groups["name"].Value}") is not null;

    [GeneratedRegex(@"(?<![\w.])(?<root>Cairn\.)?(?<folder>[A-Z]\w*)(\.(?<name>\w+))?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Names();

    [GeneratedRegex(@"(?<!\w)[A-Z]\w*", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Words();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Namespace();
}
