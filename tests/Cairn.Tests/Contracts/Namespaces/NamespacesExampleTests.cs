using System.Text.RegularExpressions;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Cairn.Tests.Tidy;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>The example of the page on namespaces is this code, and it does what it says.</summary>
public sealed partial class NamespacesExampleTests
{
    [Fact]
    public async Task Example_Run_PrintsWhatItSays()
    {
        using StringWriter output = new();
        await RunExampleAsync("memory:", output);
        Assert.Equal(
            ["org/projects/funding = 10", "org/treasury/balance = 90", "1: 100 by ada", "2: 90 by ada", "10", "7", ""],
            output.ToString().Split(output.NewLine));
    }

    [Fact]
    public void Example_OfThePage_IsTheOneThatRuns()
    {
        string page = SourceTree.All.Single(file => file.Path == "docs/namespaces.md").Text;
        string test = SourceTree.CSharp.Single(file => file.FileName == nameof(NamespacesExampleTests) + ".cs").Text;
        string run = Body().Match(test).Groups["code"].Value.Replace("output.", "Console.", StringComparison.Ordinal).Replace("location", "\"my-store\"", StringComparison.Ordinal);
        Assert.Equal(Statements(run), Statements(Example().Match(page).Groups["code"].Value));
    }

    private static async Task RunExampleAsync(string location, StringWriter output)
    {
        // The example begins here.
        await using StateStore engine = await StateStore.OpenAsync(location);
        Principal root = new("root");
        Principal ada = new("ada");

        // A block: the first global admin, a namespace with an owner, values with versions.
        using (BlockDraft draft = engine.CreateDraft(new BlockHeight(1)))
        {
            NamespaceStore.Initialize(draft, root);
            NamespaceStore store = new(draft, root);
            store.Namespaces.Create("org", new NamespaceOptions { Owner = "ada", Quota = new NamespaceQuota(MaxBytes: 1_000_000) });
            store.Accounts.Create("ada", quota: 10_000);

            NamespaceStore mine = store.As(ada);
            mine.Roles.Grant("org", "bob", Role.Reader);
            mine.Set("org/treasury/balance", StateValue.FromNumber(100));
            mine.Begin();
            mine.Set("org/treasury/balance", StateValue.FromNumber(90), expectedVersion: 1);
            mine.Set("org/projects/funding", StateValue.FromNumber(10));
            mine.Commit();
            await engine.CommitAsync(draft);
        }

        // Reading: what the principal may see, at the height of a view.
        using StateView view = engine.OpenView();
        NamespaceStore reader = new(view, new Principal("bob"));
        foreach (StatePath key in reader.List("org/").Keys)
        {
            output.WriteLine($"{key} = {reader.Get(key)}");
        }

        foreach (ValueVersion version in reader.Versions("org/treasury/balance"))
        {
            output.WriteLine($"{version.Number}: {version.Value} by {version.Author}");
        }

        output.WriteLine(reader.Diff("org/treasury/balance", 1, 2));
        output.WriteLine(AuditChain.Verify(view).Records);

        // The example ends here.
    }

    /// <summary>The lines of code, without comments and indentation.</summary>
    private static string[] Statements(string code) => [.. code.Split('\n').Select(line => Comment().Replace(line, "").Trim()).Where(line => line.Length > 0)];

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Example();

    [GeneratedRegex(@"// The example begins here\.\n(?<code>.*?)// The example ends here\.", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Body();

    [GeneratedRegex(@"\s*// .*$", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Comment();
}
