using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary>
/// The tables of <c>docs/format.md</c> are the only description of the bytes on disk; the code has constants. Both say the same: a heading with
/// <c>&lt;!-- structure: Name --&gt;</c>, rows <c>| offset | bytes | field | meaning |</c>, a line <c>Total: N bytes</c>; and a class <c>NameLayout</c>
/// with a constant <c>FieldNameOffset</c> a row and <c>SizeBytes</c>.
/// </summary>
public sealed partial class FormatTableTests
{
    /// <summary>Fields that nothing reads or writes by name.</summary>
    private static readonly string[] Nameless = ["padding", "reserved", "zero"];

    [Fact]
    public void Structures_OfCodeAndDocument_AreTheSame() =>
        Assert.Equal(Layouts().Keys.Order(StringComparer.Ordinal), Tables().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Structures_TablesAndConstants_Agree()
    {
        Dictionary<string, Dictionary<string, int>> layouts = Layouts();
        Faults.AreNone(Tables().Where(table => layouts.ContainsKey(table.Key)).SelectMany(table => Differences(table.Key, table.Value, layouts[table.Key])));
    }

    [Fact]
    public void Structures_Rows_LeaveNoGap() => Faults.AreNone(Tables().SelectMany(table => Gaps(table.Key, table.Value)));

    private static IEnumerable<string> Differences(string structure, Table table, Dictionary<string, int> constants)
    {
        foreach (Row row in table.Rows.Where(row => row.Offset is not null))
        {
            string constant = Constant(row.Field);
            if (constants.Remove(constant + "Offset", out int offset) ? offset != row.Offset : !Nameless.Contains(row.Field))
            {
                yield return $"{structure}: field '{row.Field}' at {row.Offset}: the constant {constant}Offset is {(offset == 0 ? "0 or missing" : offset)}";
            }

            if (constants.Remove(constant + "Bytes", out int bytes) && bytes != row.Bytes)
            {
                yield return $"{structure}: field '{row.Field}' has {row.Bytes} bytes, the constant {constant}Bytes is {bytes}";
            }
        }

        if (constants.Remove("SizeBytes", out int size) ? size != table.Total : table.Total is not null)
        {
            yield return $"{structure}: the total is {table.Total}, the constant SizeBytes is {size}";
        }

        foreach (string name in constants.Keys.Where(name => name.EndsWith("Offset", StringComparison.Ordinal)))
        {
            yield return $"{structure}: the constant {name} has no row";
        }
    }

    /// <summary>The fields of the fixed part lie one behind the other, up to the total.</summary>
    private static IEnumerable<string> Gaps(string structure, Table table)
    {
        int? next = 0;
        foreach (Row row in table.Rows.Where(row => row.Offset is not null))
        {
            if (row.Offset != next)
            {
                yield return $"{structure}: field '{row.Field}' is at {row.Offset}, the one before ends at {next?.ToString() ?? "an unknown place"}";
            }

            next = row.Offset + row.Bytes;
        }

        if (table.Total is { } total && total != next)
        {
            yield return $"{structure}: the rows end at {next}, the total is {total}";
        }
    }

    private static Dictionary<string, Dictionary<string, int>> Layouts() =>
        new[] { typeof(StateStore), typeof(Cairn.Contracts.StorageSession), typeof(Cairn.Vm.Bytecode.CompiledProgram) }.SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.Name.EndsWith("Layout", StringComparison.Ordinal) && type is { IsAbstract: true, IsSealed: true })
            .ToDictionary(type => type.Name[..^"Layout".Length], ConstantsOf, StringComparer.Ordinal);

    private static Dictionary<string, int> ConstantsOf(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(field => field.IsLiteral && field.FieldType == typeof(int))
            .ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!, StringComparer.Ordinal);

    private static Dictionary<string, Table> Tables()
    {
        SourceFile? document = SourceTree.All.SingleOrDefault(file => file.Path == "docs/format.md");
        return document is null
            ? []
            : StructureText().Matches(document.Text).ToDictionary(match => match.Groups["name"].Value, match => Parse(match.Groups["text"].Value), StringComparer.Ordinal);
    }

    private static Table Parse(string text)
    {
        Match total = TotalLine().Match(text);
        return new Table(
            [.. RowLine().Matches(text).Select(row => new Row(Number(row.Groups["offset"].Value), Number(row.Groups["bytes"].Value), row.Groups["field"].Value.Trim().Trim('`')))],
            total.Success ? Number(total.Groups["bytes"].Value) : null);
    }

    private static int? Number(string text) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string Constant(string field) =>
        string.Concat(field.Split([' ', '-'], StringSplitOptions.RemoveEmptyEntries).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    [GeneratedRegex(@"<!-- structure: (?<name>\w+) -->(?<text>.*?)(?=^#|<!-- structure:|\z)", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex StructureText();

    [GeneratedRegex(@"^\|(?!\s*offset)(?!\s*:?-)(?<offset>[^|]*)\|(?<bytes>[^|]*)\|(?<field>[^|]*)\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex RowLine();

    [GeneratedRegex(@"^Total: (?<bytes>\d+) bytes", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex TotalLine();

    private sealed record Row(int? Offset, int? Bytes, string Field);

    private sealed record Table(IReadOnlyList<Row> Rows, int? Total);
}
