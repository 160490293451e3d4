using System.Text.RegularExpressions;
using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary>Rules about what may stand in a file.</summary>
public sealed partial class TextTests
{
    /// <summary>The files that may leave the safety of spans: each says why in a comment and has a plain version that tests compare with.</summary>
    private static readonly string[] UnsafeFiles = [@"^src/Cairn/Hashing/\w*Lanes\w*\.cs$", @"^src/Cairn/Tree/(Page(Chunks|Hasher|Memory|Probe|Run|Soundness)|HotEntries|PassingRead)\.cs$", @"^src/Cairn/IO/AlignedMemory\.cs$", @"^src/Cairn/Format/Crc32C\.cs$"];

    /// <summary>The files that talk to the operating system: about files, memory and compression.</summary>
    private static readonly string[] OperatingSystemFiles = ["src/Cairn/IO/OsFileSystem.cs", "src/Cairn/IO/SystemMemory.cs", "src/Cairn/IO/BackgroundThread.cs", "src/Cairn/IO/Zstandard.cs"];

    // Written apart, so that this file does not contain what it forbids.
    private static readonly string[] UnfinishedWords = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "X" + "XX"];
    private static readonly string[] MachinePaths = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", @"C:\Us" + "ers"];

    [Fact]
    public void UnsafeCode_IsInListedFilesWithAReason()
    {
        List<string> faults = [];
        foreach (SourceFile file in SourceTree.Libraries)
        {
            Match use = UnsafeWords().Match(file.Code);
            bool listed = UnsafeFiles.Any(pattern => Regex.IsMatch(file.Path, pattern, RegexOptions.None, TimeSpan.FromSeconds(10)));
            if (use.Success && !listed)
            {
                faults.Add($"{file.Path}:{file.LineOf(use.Index)}: {use.Value} in a file that is not listed for unsafe code");
            }

            if (use.Success && listed && !file.Text.Contains("SAFETY:", StringComparison.Ordinal))
            {
                faults.Add($"{file.Path}: unsafe code without a SAFETY: comment");
            }
        }

        Faults.AreNone(faults);
    }

    [Fact]
    public void NativeCalls_AreInListedFiles() => Faults.AreNone(
        SourceTree.Libraries.Where(file => !OperatingSystemFiles.Contains(file.Path) && NativeCalls().IsMatch(file.Code)).Select(file => file.Path));

    [Fact]
    public void Code_IsFinished() => CheckAbsent(SourceTree.All.Where(file => file.FileName.EndsWith(".cs", StringComparison.Ordinal) || file.FileName.EndsWith(".sh", StringComparison.Ordinal)), UnfinishedWords);

    [Fact]
    public void Files_NameNoPathOfOneMachine() => CheckAbsent(SourceTree.All, MachinePaths);

    [Fact]
    public void CSharp_HasNoTabs() => CheckAbsent(SourceTree.CSharp, ["\t"]);

    [Fact]
    public void Files_EndInOneLineFeed() => Faults.AreNone(
        SourceTree.CSharp.Concat(SourceTree.Markdown)
            .Where(file => !file.Text.EndsWith('\n') || file.Text.EndsWith("\n\n", StringComparison.Ordinal) || file.Text.Contains('\r', StringComparison.Ordinal))
            .Select(file => file.Path));

    [Fact]
    public void Engine_HasNoPackages()
    {
        SourceFile project = SourceTree.All.Single(file => file.Path == "src/Cairn/Cairn.csproj");
        Assert.DoesNotContain("PackageReference", project.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("ProjectReference", project.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Contracts_AreOnTheEngineAlone()
    {
        SourceFile project = SourceTree.All.Single(file => file.Path == "src/Cairn.Contracts/Cairn.Contracts.csproj");
        Assert.DoesNotContain("PackageReference", project.Text, StringComparison.Ordinal);
        Assert.Equal(["../Cairn/Cairn.csproj"], References().Matches(project.Text).Select(match => match.Groups["project"].Value));
        Assert.DoesNotContain("Cairn.Contracts", SourceTree.All.Single(file => file.Path == "src/Cairn/Cairn.csproj").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Vm_IsOnEngineAndContractsAlone()
    {
        SourceFile project = SourceTree.All.Single(file => file.Path == "src/Cairn.Vm/Cairn.Vm.csproj");
        Assert.DoesNotContain("PackageReference", project.Text, StringComparison.Ordinal);
        Assert.Equal(["../Cairn/Cairn.csproj", "../Cairn.Contracts/Cairn.Contracts.csproj"], References().Matches(project.Text).Select(match => match.Groups["project"].Value));
    }

    /// <summary>Only the packages of ADR 28, and only here: neither the engine nor the contracts know of hosting.</summary>
    [Fact]
    public void Hosting_IsOnItsPackagesAlone()
    {
        SourceFile project = SourceTree.All.Single(file => file.Path == "src/Cairn.Hosting/Cairn.Hosting.csproj");
        Assert.Equal(
            ["DependencyInjection.Abstractions", "Options", "Options.ConfigurationExtensions", "Logging.Abstractions", "Diagnostics.HealthChecks"],
            Packages().Matches(project.Text).Select(match => match.Groups["name"].Value["Microsoft.Extensions.".Length..]));
        Assert.Equal(["../Cairn/Cairn.csproj", "../Cairn.Contracts/Cairn.Contracts.csproj"], References().Matches(project.Text).Select(match => match.Groups["project"].Value));
    }

    [Fact]
    public void Generator_IsOnTheCompilerAlone()
    {
        SourceFile project = SourceTree.All.Single(file => file.Path == "src/Cairn.Contracts.Generator/Cairn.Contracts.Generator.csproj");
        Assert.DoesNotContain("ProjectReference", project.Text, StringComparison.Ordinal);
        Assert.Equal(
            ["<PackageReference Include=\"Microsoft.CodeAnalysis.CSharp\" PrivateAssets=\"all\" />", "<PackageReference Include=\"Microsoft.CodeAnalysis.Analyzers\" PrivateAssets=\"all\" />"],
            project.Text.Split('\n').Select(line => line.Trim()).Where(line => line.Contains("PackageReference", StringComparison.Ordinal)));
    }

    /// <summary>The compiler loads the generator, and has no workspaces; so what needs them is apart, and needs nothing of the generator's.</summary>
    [Fact]
    public void CodeFixes_AreOnTheCompilerAndItsWorkspacesAlone()
    {
        SourceFile project = SourceTree.All.Single(file => file.Path == "src/Cairn.Contracts.CodeFixes/Cairn.Contracts.CodeFixes.csproj");
        Assert.DoesNotContain("ProjectReference", project.Text, StringComparison.Ordinal);
        Assert.Equal(
            ["<PackageReference Include=\"Microsoft.CodeAnalysis.CSharp.Workspaces\" PrivateAssets=\"all\" />", "<PackageReference Include=\"Microsoft.CodeAnalysis.Analyzers\" PrivateAssets=\"all\" />"],
            project.Text.Split('\n').Select(line => line.Trim()).Where(line => line.Contains("PackageReference", StringComparison.Ordinal)));
    }

    private static void CheckAbsent(IEnumerable<SourceFile> files, string[] words)
    {
        List<string> faults = [];
        foreach (SourceFile file in files)
        {
            foreach (string word in words)
            {
                int at = file.Text.IndexOf(word, StringComparison.Ordinal);
                if (at >= 0)
                {
                    faults.Add($"{file.Path}:{file.LineOf(at)}: '{word}'");
                }
            }
        }

        Faults.AreNone(faults);
    }

    [GeneratedRegex(@"\b(unsafe|fixed\s*\(|MemoryMarshal|NativeMemory|Unsafe(?=\.)|Vector(64|128|256|512)|System\.Runtime\.Intrinsics)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex UnsafeWords();

    [GeneratedRegex("<ProjectReference Include=\"(?<project>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex References();

    [GeneratedRegex("<PackageReference Include=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Packages();

    [GeneratedRegex(@"\b(DllImport|LibraryImport)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NativeCalls();
}
