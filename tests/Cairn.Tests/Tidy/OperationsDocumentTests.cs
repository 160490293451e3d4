using System.Reflection;
using System.Text.RegularExpressions;
using Cairn.Cli;
using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary><c>docs/operations.md</c> tells of every option, metric, activity, event, exception and exit code that there is, with its default, unit, values or recovery action, and of none that there is not.</summary>
public sealed partial class OperationsDocumentTests
{
    private const long MiB = 1L << 20;

    [Fact]
    public void Options_WithDefaults_AreDocumented()
    {
        StateStoreOptions defaults = new();
        PropertyInfo[] options = typeof(StateStoreOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public);
        Dictionary<string, string[]> rows = Rows("Options");
        List<string> faults = Differences("option", options.Select(option => option.Name), rows.Keys);
        foreach (PropertyInfo option in options.Where(option => option.PropertyType.IsValueType && rows.ContainsKey(option.Name)))
        {
            string expected = DefaultOf(option, defaults);
            string found = rows[option.Name][1].Trim('`');
            if (!string.Equals(expected, found, StringComparison.Ordinal))
            {
                faults.Add($"option {option.Name}: the default is {expected}, the document says {found}");
            }
        }

        Faults.AreNone(faults);
    }

    [Fact]
    public void Metrics_WithUnits_AreDocumented()
    {
        string source = SourceTree.Engine.Single(file => file.Path == "src/Cairn/StoreMetrics.cs").Text;
        Dictionary<string, string> metrics = Instruments().Matches(source).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["unit"].Value, StringComparer.Ordinal);
        Assert.NotEmpty(metrics);
        Dictionary<string, string[]> rows = Rows("Metrics");
        List<string> faults = Differences("metric", metrics.Keys, rows.Keys);
        faults.AddRange(metrics.Where(metric => rows.TryGetValue(metric.Key, out string[]? row) && row[2].Trim('`') != metric.Value).Select(metric => $"metric {metric.Key}: the unit is {metric.Value}"));
        Faults.AreNone(faults);
    }

    [Fact]
    public void Activities_AreDocumented()
    {
        string[] activities = [.. SourceTree.Engine.SelectMany(file => StartedActivities().Matches(file.Text)).Select(match => match.Groups["name"].Value).Distinct()];
        Assert.NotEmpty(activities);
        Faults.AreNone(Differences("activity", activities, Rows("Activities").Keys));
    }

    [Fact]
    public void Events_WithTheirValues_AreDocumented()
    {
        Type[] events = typeof(StoreEvent).GetNestedTypes();
        Dictionary<string, string[]> rows = Rows("Events");
        List<string> faults = Differences("event", events.Select(type => type.Name), rows.Keys);
        foreach (Type type in events.Where(type => rows.ContainsKey(type.Name)))
        {
            IEnumerable<string> documented = Quoted().Matches(rows[type.Name][1]).Select(match => match.Groups["word"].Value);
            faults.AddRange(Differences($"value of event {type.Name}:", type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Select(property => property.Name), documented));
        }

        Faults.AreNone(faults);
    }

    [Fact]
    public void Exceptions_WithTheirActions_AreDocumented()
    {
        IEnumerable<Type> exceptions = typeof(StateStore).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(StateStoreException)));
        Dictionary<string, string[]> rows = Rows("Exceptions");
        List<string> faults = Differences("exception", exceptions.Select(type => type.Name), rows.Keys);
        foreach ((string name, string[] row) in rows)
        {
            string source = SourceTree.Engine.Single(file => file.FileName == name + ".cs").Code;
            string action = Actions().Match(source).Groups["action"].Value;
            if (row[1].Trim('`') != action)
            {
                faults.Add($"exception {name}: the recovery action is {action}, the document says {row[1]}");
            }
        }

        Faults.AreNone(faults);
    }

    [Fact]
    public void RecoveryActions_AreDocumented()
    {
        string section = Section("Exceptions");
        Faults.AreNone(Enum.GetNames<RecoveryAction>().Where(action => !section.Contains($"`{action}`", StringComparison.Ordinal)).Select(action => $"recovery action {action}: not in the document"));
    }

    [Fact]
    public void ExitCodes_AreDocumented()
    {
        IEnumerable<string> codes = typeof(ExitCode).GetFields(BindingFlags.Static | BindingFlags.Public).Select(code => $"{code.GetRawConstantValue()}");
        IEnumerable<string> rows = NumberedRows().Matches(Section("Exit codes of the command line")).Select(row => row.Groups["number"].Value);
        Faults.AreNone(Differences("exit code", codes, rows));
    }

    private static List<string> Differences(string what, IEnumerable<string> code, IEnumerable<string> document)
    {
        HashSet<string> known = [.. code];
        HashSet<string> told = [.. document];
        return [.. known.Except(told).Select(name => $"{what} {name}: not in the document"), .. told.Except(known).Select(name => $"{what} {name}: not in the code")];
    }

    private static string DefaultOf(PropertyInfo option, StateStoreOptions defaults) => option.GetValue(defaults) switch
    {
        bool flag => flag ? "true" : "false",
        int when option.Name == nameof(StateStoreOptions.ApplyWorkers) => "processors, at most 8",
        object number when option.Name.EndsWith("Bytes", StringComparison.Ordinal) => $"{Convert.ToInt64(number, provider: null) / MiB} MiB",
        object other => other.ToString()!,
        null => "none",
    };

    /// <summary>The rows of the first table below a heading, by the name quoted in their first cell.</summary>
    private static Dictionary<string, string[]> Rows(string heading) =>
        TableRows().Matches(FirstTable().Match(Section(heading)).Value)
            .Select(row => row.Groups["cells"].Value.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(cells => cells[0].Trim('`'), StringComparer.Ordinal);

    private static string Section(string heading)
    {
        string text = SourceTree.All.Single(file => file.Path == "docs/operations.md").Text;
        return text.Split("\n## ").Single(section => section.StartsWith(heading + "\n", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(^\|.*\n)+", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex FirstTable();

    [GeneratedRegex(@"^\|(?<cells>\s*`.*)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex TableRows();

    [GeneratedRegex(@"^\| (?<number>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NumberedRows();

    [GeneratedRegex(@"`(?<word>\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"""(?<name>cairn\.[a-z.]+)"",\s*(\(\) => [^""]*, )?""(?<unit>[^""]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Instruments();

    [GeneratedRegex(@"StoreActivities\.Start\(""(?<name>[^""]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex StartedActivities();

    [GeneratedRegex(@"RecoveryAction\.(?<action>\w+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Actions();
}
