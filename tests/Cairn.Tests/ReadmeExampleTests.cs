using System.Text;
using System.Text.RegularExpressions;
using Cairn.Tests.Tidy;
using Xunit;

namespace Cairn.Tests;

/// <summary>The example of the README is this code, and it does what it says.</summary>
public sealed partial class ReadmeExampleTests
{
    [Fact]
    public async Task Example_Run_PrintsWhatItSays()
    {
        using StringWriter output = new();
        await RunExampleAsync("memory:", output);
        string[] lines = output.ToString().Split(output.NewLine);
        Assert.Equal($"1 {lines[0]}", lines[1]);
        Assert.Equal(["30", "accounts/alice = 70, changed at 1", "accounts/bob = 30, changed at 1", "2", ""], lines[2..]);
    }

    [Fact]
    public void Example_OfReadme_IsTheOneThatRuns()
    {
        string readme = SourceTree.All.Single(file => file.Path == "README.md").Text;
        string test = SourceTree.CSharp.Single(file => file.FileName == nameof(ReadmeExampleTests) + ".cs").Text;
        string shown = Example().Match(readme).Groups["code"].Value;
        string run = Body().Match(test).Groups["code"].Value.Replace("output.", "Console.", StringComparison.Ordinal).Replace("location", "\"my-store\"", StringComparison.Ordinal);
        Assert.Equal(Statements(run), Statements(shown));
    }

    private static async Task RunExampleAsync(string location, StringWriter output)
    {
        // The example begins here.
        await using StateStore store = await StateStore.OpenAsync(location);

        using (BlockDraft draft = store.CreateDraft(new BlockHeight((store.Height?.Value ?? 0) + 1)))
        {
            draft.State.Put("accounts/alice"u8, "70"u8);
            draft.State.Put("accounts/bob"u8, "30"u8);
            draft.Local.Put("seen/tx-1"u8, "ok"u8);

            draft.Begin();
            draft.State.Delete("accounts/alice"u8);
            draft.Rollback();

            output.WriteLine(draft.ComputeRoot());
            CommittedBlock block = await store.CommitAsync(draft);
            output.WriteLine($"{block.Height} {block.Root}");
        }

        using StateView view = store.OpenView();
        byte[]? bob = view.State.Get("accounts/bob"u8);
        output.WriteLine(bob is null ? "absent" : Encoding.UTF8.GetString(bob));
        foreach (EntryScan entry in view.State.Prefix("accounts/"u8))
        {
            output.WriteLine($"{Encoding.UTF8.GetString(entry.Key)} = {Encoding.UTF8.GetString(entry.Value)}, changed at {entry.Height}");
        }

        output.WriteLine(view.State.Count("accounts/"u8));
        // The example ends here.
    }

    /// <summary>The lines of code, without comments, indentation and using directives.</summary>
    private static string[] Statements(string code) =>
        [.. code.Split('\n').Select(line => Comment().Replace(line, "").Trim()).Where(line => line.Length > 0 && !UsingDirective().IsMatch(line))];

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Example();

    [GeneratedRegex(@"// The example begins here\.\n(?<code>.*?)// The example ends here\.", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Body();

    [GeneratedRegex(@"\s*// .*$", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^using [\w.]+;$", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex UsingDirective();
}
