using System.Globalization;
using Cairn.Benchmarks.Machines;
using Spectre.Console;

namespace Cairn.Benchmarks.Results;

/// <summary>Writes figures for people: a table a verb, a column a case; medians, and how far from them the runs were.</summary>
internal static class TableReport
{
    /// <summary>What the widest table takes.</summary>
    private const int LeastWidth = 200;

    /// <summary>Writes the facts of the machine. Comes first.</summary>
    public static void WriteHeader(BenchmarkOptions options, MachineFacts machine)
    {
        AnsiConsole.Profile.Capabilities.Ansi &= !Console.IsOutputRedirected;
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, LeastWidth);
        AnsiConsole.WriteLine($"{machine.Processor}, {machine.Cores} cores, SIMD {machine.Simd}, {machine.MemoryBytes / 1e9:F1} GB");
        AnsiConsole.WriteLine($"{machine.Kernel}; {machine.Runtime}; stores on {machine.FileSystem}");
        AnsiConsole.WriteLine($"{options.Describe()}");
    }

    /// <summary>Writes all tables.</summary>
    public static void Write(Figures figures, bool asMarkdown)
    {
        foreach (IGrouping<string, Figure> group in figures.All.GroupBy(figure => figure.Table))
        {
            AnsiConsole.WriteLine();
            if (asMarkdown)
            {
                WriteMarkdown(group.Key, [.. group]);
            }
            else
            {
                WriteTable(group.Key, [.. group]);
            }
        }
    }

    private static void WriteTable(string name, IReadOnlyList<Figure> figures)
    {
        string[] columns = Columns(figures);
        Table table = new() { Title = new TableTitle(Markup.Escape(name), Style.Plain), Border = TableBorder.Rounded };
        table.AddColumn(string.Empty);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        }

        foreach (string[] row in Rows(figures, columns))
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
    }

    private static void WriteMarkdown(string name, IReadOnlyList<Figure> figures)
    {
        string[] columns = Columns(figures);
        Console.WriteLine($"| {name} | {string.Join(" | ", columns)} |");
        Console.WriteLine($"|---|{string.Concat(columns.Select(_ => "---:|"))}");
        foreach (string[] row in Rows(figures, columns))
        {
            Console.WriteLine($"| {string.Join(" | ", row)} |");
        }
    }

    private static string[] Columns(IReadOnlyList<Figure> figures) => [.. figures.Select(figure => figure.Case).Distinct()];

    private static IEnumerable<string[]> Rows(IReadOnlyList<Figure> figures, string[] columns)
    {
        foreach (IGrouping<string, Figure> row in figures.GroupBy(figure => figure.Name))
        {
            yield return [$"{row.Key}, {row.First().Unit}", .. columns.Select(column => Cell(row.FirstOrDefault(figure => figure.Case == column)))];
        }
    }

    private static string Cell(Figure? figure)
    {
        if (figure is null)
        {
            return string.Empty;
        }

        double spread = figure.Median == 0 ? 0 : 50 * (figure.Most - figure.Least) / Math.Abs(figure.Median);
        return figure.Values.Count == 1 ? Number(figure.Median) : $"{Number(figure.Median)} ±{spread:F0}%";
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 1 ? "N1" : "0.###", CultureInfo.InvariantCulture);
}
