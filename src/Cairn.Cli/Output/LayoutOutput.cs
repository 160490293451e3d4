using System.Globalization;
using System.Text.Json;
using Cairn.Contracts.Generator.Layouts;

namespace Cairn.Cli.Output;

/// <summary>Layouts as tables or as JSON.</summary>
internal static class LayoutOutput
{
    /// <summary>How many offsets of a field are listed that refer to other slots; an array can have billions.</summary>
    private const int ListedSlots = 8;

    private static readonly string[] Headings = ["offset", "bytes", "field", "type", "slots"];

    /// <summary>Writes a table for each layout.</summary>
    public static void WriteTables(OutputStream output, LayoutSet layouts, IReadOnlyList<Layout> chosen)
    {
        if (chosen.Count == 0)
        {
            output.WriteLine("no contracts and no records");
        }

        for (int i = 0; i < chosen.Count; i++)
        {
            Layout layout = chosen[i];
            if (i > 0)
            {
                output.WriteLine("");
            }

            output.WriteLine(layout.IsUnknown
                ? $"record {layout.Name}: written by hand in another assembly, known at run time only"
                : $"{layout.Kind} {layout.Name}: {(layouts.SizeOf(layout) is { } size ? SizeText(size) : "? bytes")}");
            WriteRows(output, [.. layouts.Place(layout).Select(placed => Row(layouts, placed))]);
        }
    }

    /// <summary>Writes a line for each layout.</summary>
    public static void WriteJson(OutputStream output, LayoutSet layouts, IReadOnlyList<Layout> chosen)
    {
        foreach (Layout layout in chosen)
        {
            JsonLine.Write(output, writer =>
            {
                writer.WriteString("kind", layout.Kind);
                writer.WriteString("name", layout.Name);
                NumberOrNull(writer, "size", layouts.SizeOf(layout));
                writer.WriteStartArray("fields");
                foreach (PlacedLayoutField placed in layouts.Place(layout))
                {
                    WriteField(writer, layouts, placed);
                }

                writer.WriteEndArray();
            });
        }
    }

    private static void WriteField(Utf8JsonWriter writer, LayoutSet layouts, PlacedLayoutField placed)
    {
        (ulong[] slots, bool hasMore) = Slots(layouts, placed);
        writer.WriteStartObject();
        writer.WriteString("name", placed.Field.Name);
        NumberOrNull(writer, "offset", placed.Offset);
        NumberOrNull(writer, "size", placed.Size);
        writer.WriteString("type", placed.Field.Type.ToString());
        writer.WriteStartArray("slots");
        foreach (ulong slot in slots)
        {
            writer.WriteNumberValue(slot);
        }

        writer.WriteEndArray();
        writer.WriteBoolean("moreSlots", hasMore);
        writer.WriteEndObject();
    }

    private static string[] Row(LayoutSet layouts, PlacedLayoutField placed)
    {
        (ulong[] slots, bool hasMore) = Slots(layouts, placed);
        return [Text(placed.Offset), placed.Size >= LayoutSet.WholeSlot ? "rest" : Text(placed.Size), placed.Field.Name, placed.Field.Type.ToString(), string.Join(", ", slots.Select(static slot => Text(slot))) + (hasMore ? ", …" : "")];
    }

    private static void WriteRows(OutputStream output, string[][] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        int[] widths = [.. Headings.Select((heading, column) => rows.Max(row => Math.Max(heading.Length, row[column].Length)))];
        foreach (string[] row in rows.Prepend(Headings))
        {
            output.WriteLine($"  {row[0].PadLeft(widths[0])}  {row[1].PadLeft(widths[1])}  {row[2].PadRight(widths[2])}  {row[3].PadRight(widths[3])}  {row[4]}".TrimEnd());
        }
    }

    private static (ulong[] Slots, bool HasMore) Slots(LayoutSet layouts, PlacedLayoutField placed)
    {
        if (placed.Offset is not { } offset)
        {
            return ([], HasMore: false);
        }

        ulong[] first = [.. layouts.SlotsOf(placed.Field.Type).Take(ListedSlots + 1).Select(slot => offset + slot)];
        return first.Length > ListedSlots ? (first[..ListedSlots], HasMore: true) : (first, HasMore: false);
    }

    private static string SizeText(ulong size) => size >= LayoutSet.WholeSlot ? "the rest of the slot" : size == 1 ? "1 byte" : $"{Text(size)} bytes";

    private static string Text(ulong? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private static void NumberOrNull(Utf8JsonWriter writer, string name, ulong? number)
    {
        if (number is { } value)
        {
            writer.WriteNumber(name, value);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
