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
            string[] columns = Columns(group);
            Write(group.Key, columns, Rows([.. group], columns), asMarkdown);
        }
    }

    /// <summary>Writes what engines are compared by.</summary>
    public static void Write(Figures figures, IReadOnlyList<Ratio> ratios, bool asMarkdown)
    {
        foreach (IGrouping<string, Figure> group in figures.All.GroupBy(figure => figure.Table))
        {
            (string[] columns, string[][] rows) = Compared([.. group], ratios);
            Write(group.Key, columns, rows, asMarkdown);
        }
    }

    /// <summary>The table of what engines are compared by: a column for each engine, and one for each ratio to another behind them. Details are not in it.</summary>
    public static (string[] Columns, string[][] Rows) Compared(IReadOnlyList<Figure> figures, IReadOnlyList<Ratio> ratios)
    {
        Figure[] shown = [.. figures.Where(figure => !figure.IsDetail)];
        string[] engines = Columns(shown);
        string[] peers = [.. ratios.Select(ratio => ratio.Peer).Distinct()];
        Dictionary<(string, string), Ratio> byPlace = ratios.ToDictionary(ratio => (ratio.Name, ratio.Peer));
        IEnumerable<string[]> rows = shown.GroupBy(figure => figure.Name).Zip(
            Rows(shown, engines),
            (figure, row) => (string[])[.. row, .. peers.Select(peer => byPlace.TryGetValue((figure.Key, peer), out Ratio? ratio) ? RatioText(ratio.Median) : string.Empty)]);
        return ([.. engines, .. peers.Select(peer => $"to {peer}")], [.. rows]);
    }

    private static void Write(string name, string[] columns, IEnumerable<string[]> rows, bool asMarkdown)
    {
        AnsiConsole.WriteLine();
        if (asMarkdown)
        {
            WriteMarkdown(name, columns, rows);
        }
        else
        {
            WriteTable(name, columns, rows);
        }
    }

    private static void WriteTable(string name, string[] columns, IEnumerable<string[]> rows)
    {
        Table table = new() { Title = new TableTitle(Markup.Escape(name), Style.Plain), Border = TableBorder.Rounded };
        table.AddColumn(string.Empty);
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        }

        foreach (string[] row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
    }

    private static void WriteMarkdown(string name, string[] columns, IEnumerable<string[]> rows)
    {
        Console.WriteLine($"| {name} | {string.Join(" | ", columns)} |");
        Console.WriteLine($"|---|{string.Concat(columns.Select(_ => "---:|"))}");
        foreach (string[] row in rows)
        {
            Console.WriteLine($"| {string.Join(" | ", row)} |");
        }
    }

    private static string[] Columns(IEnumerable<Figure> figures) => [.. figures.Select(figure => figure.Case).Distinct()];

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

    private static string RatioText(double ratio) => ratio.ToString(ratio >= 10 ? "N0" : "0.00", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 1 ? "N1" : "0.###", CultureInfo.InvariantCulture);
}
