using System.Globalization;
using System.Text;

namespace Cairn.Contracts.Generator.Layouts;

/// <summary>
/// The file that says how deployed contracts are laid out: text, one line a field, in a canonical order, so that changes are read in a review. Offsets and sizes follow from the types; they stand there for the reader, and are checked.
/// </summary>
internal sealed class LayoutFile
{
    /// <summary>What the file is called, whatever its folder.</summary>
    public const string FileName = "Contracts.layout";

    private const string Header = "cairn-layouts 1";
    private const string Rest = "rest";

    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    private LayoutFile()
    {
    }

    /// <summary>The layouts.</summary>
    public LayoutSet Layouts { get; } = new();

    /// <summary>The line that a contract or record begins at, or one of its fields is at; 1 for the first.</summary>
    public int LineOf(string layout, string? field = null) => _lines.TryGetValue($"{layout} {field}", out int line) || _lines.TryGetValue($"{layout} ", out line) ? line : 1;

    /// <summary>Reads a file.</summary>
    /// <exception cref="LayoutFileException">It is malformed.</exception>
    public static LayoutFile Parse(IEnumerable<string> lines)
    {
        LayoutFile file = new();
        int number = 0;
        bool isHeaderRead = false;
        List<Section> sections = [];
        foreach (string text in lines)
        {
            number++;
            string line = text.TrimEnd();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (!isHeaderRead)
            {
                isHeaderRead = string.Equals(line, Header, StringComparison.Ordinal) ? true : throw new LayoutFileException(number, $"the first line is '{Header}', not '{Shown(line)}'");
            }
            else if (line[0] == ' ')
            {
                if (sections.Count == 0)
                {
                    throw new LayoutFileException(number, "a field before the first 'contract' or 'record'");
                }

                sections[sections.Count - 1].Fields.Add(Field.Parse(number, line));
            }
            else
            {
                sections.Add(Section.Parse(number, line));
            }
        }

        if (!isHeaderRead)
        {
            throw new LayoutFileException(Math.Max(number, 1), $"the first line is '{Header}'; the file is empty");
        }

        file.Take(sections);
        return file;
    }

    /// <summary>The text of a file with contracts and all that occurs in them.</summary>
    /// <exception cref="LayoutTextException">A layout is not known while compiling, so it cannot be written.</exception>
    public static string Write(LayoutSet layouts)
    {
        SortedDictionary<string, Layout> records = new(StringComparer.Ordinal);
        StringBuilder text = new(Header + "\n# How deployed contracts lay out their storage. 'cairn layout ASSEMBLY --write FILE' writes this file; docs/contracts.md says what may change.\n");
        foreach (Layout contract in layouts.All.Where(static layout => layout.IsContract))
        {
            Write(text, layouts, contract);
            foreach (Layout record in layouts.ReachableFrom(contract).Where(static layout => !layout.IsContract))
            {
                records[record.Name] = record;
            }
        }

        foreach (Layout record in records.Values)
        {
            Write(text, layouts, record);
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, LayoutSet layouts, Layout layout)
    {
        if (layouts.SizeOf(layout) is not { } size)
        {
            throw new LayoutTextException($"the layout of '{layout.Name}' is not known: a record in it is written by hand, and its assembly has no [ContractLayout] for it");
        }

        text.Append($"\n{layout.Kind} {layout.Name} {SizeText(size)}\n");
        foreach (PlacedLayoutField placed in layouts.Place(layout))
        {
            text.Append($"  {placed.Offset} {SizeText(placed.Size!.Value)} {placed.Field.Name} {placed.Field.Type}\n");
        }
    }

    private void Take(List<Section> sections)
    {
        foreach (Section section in sections)
        {
            if (_lines.TryGetValue($"{section.Name} ", out int first))
            {
                throw new LayoutFileException(section.Line, $"'{section.Name}' is already described at line {first}");
            }

            _lines.Add($"{section.Name} ", section.Line);
            foreach (Field field in section.Fields)
            {
                _lines[$"{section.Name} {field.Name}"] = field.Line;
            }

            Try(section.Line, () => Layouts.Add(Layout.Parse(section.Name, new Layout(section.Name, section.Kind, [.. section.Fields.Select(static field => new LayoutField(field.Name, field.Type))]).ToString())));
        }

        foreach (Section section in sections)
        {
            ulong? size = 0;
            Layout layout = Layouts.Find(section.Name)!;
            Try(section.Line, () => size = Layouts.SizeOf(layout));
            if (!string.Equals(SizeText(size ?? 0), section.Size, StringComparison.Ordinal))
            {
                throw new LayoutFileException(section.Line, $"'{section.Name}' has {SizeText(size ?? 0)} bytes by its fields, not {section.Size}");
            }

            foreach ((PlacedLayoutField placed, Field field) in Layouts.Place(layout).Zip(section.Fields, static (placed, field) => (placed, field)))
            {
                string found = $"{placed.Offset} {SizeText(placed.Size!.Value)}";
                if (!string.Equals(found, field.Place, StringComparison.Ordinal))
                {
                    throw new LayoutFileException(field.Line, $"'{field.Name}' is at '{found}' (offset and size) by the fields before it, not at '{field.Place}'");
                }
            }
        }
    }

    private static void Try(int line, Action action)
    {
        try
        {
            action();
        }
        catch (LayoutTextException exception)
        {
            throw new LayoutFileException(line, exception.Message);
        }
    }

    private static string SizeText(ulong size) => size >= LayoutSet.WholeSlot ? Rest : size.ToString(CultureInfo.InvariantCulture);

    private static string Shown(string text) => text.Length > 60 ? text.Substring(0, 60) + "…" : text;

    private sealed record Section(int Line, string Kind, string Name, string Size, List<Field> Fields)
    {
        public static Section Parse(int line, string text)
        {
            string[] words = text.Split(' ');
            return words.Length == 3 && (words[0] is Layout.Contract or Layout.Record) && words[1].Length > 0
                ? new(line, words[0], words[1], words[2], [])
                : throw new LayoutFileException(line, $"expected 'contract NAME SIZE' or 'record NAME SIZE', found '{Shown(text)}'");
        }
    }

    private sealed record Field(int Line, string Place, string Name, LayoutType Type)
    {
        public static Field Parse(int line, string text)
        {
            string[] words = text.Trim().Split(' ');
            if (words.Length != 4 || Array.Exists(words, static word => word.Length == 0))
            {
                throw new LayoutFileException(line, $"expected '  OFFSET SIZE NAME TYPE', found '{Shown(text)}'");
            }

            try
            {
                return new(line, $"{words[0]} {words[1]}", words[2], LayoutType.Parse(words[3]));
            }
            catch (LayoutTextException exception)
            {
                throw new LayoutFileException(line, exception.Message);
            }
        }
    }
}
