using Spectre.Console;

namespace Cairn.Cli.Output;

/// <summary>Statistics as a table on a terminal. The only user of the console library, which takes a while to load.</summary>
internal static class StatTable
{
    /// <summary>Writes the table.</summary>
    public static void Write(OutputStream output, IReadOnlyList<StatGroup> groups)
    {
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("", "", "");
        table.HideHeaders();
        table.Columns[2].RightAligned();
        foreach (StatGroup group in groups)
        {
            if (table.Rows.Count > 0)
            {
                table.AddEmptyRow();
            }

            string name = group.Name;
            foreach (Stat stat in group.Stats)
            {
                table.AddRow(new Markup(Markup.Escape(name), new Style(decoration: Decoration.Bold)), new Text(stat.Name), new Text(Shown(stat)));
                name = "";
            }
        }

        using StreamWriter writer = new(output, leaveOpen: true);
        AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new PlainOutput(writer),
        }).Write(table);
    }

    /// <summary>An output that does not ask the terminal anything: asking sends control sequences to it.</summary>
    private sealed class PlainOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => true;

        public int Width => 120;

        public int Height => 25;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }

    private static string Shown(Stat stat) => stat.Value is ulong number ? number.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture).Replace(',', ' ') : stat.Text;
}
