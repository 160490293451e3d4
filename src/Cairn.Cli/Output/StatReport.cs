using System.Text.Json;

namespace Cairn.Cli.Output;

/// <summary>A few named values as the result of a command: one JSON object, a table on a terminal, else a line each.</summary>
internal static class StatReport
{
    /// <summary>Writes the result.</summary>
    /// <param name="streams">Where it goes.</param>
    /// <param name="group">The values.</param>
    /// <param name="asJson">Whether JSON is wanted.</param>
    /// <param name="more">Writes further fields of the JSON object.</param>
    public static void Write(CliStreams streams, StatGroup group, bool asJson, Action<Utf8JsonWriter>? more = null)
    {
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                foreach (Stat stat in group.Stats)
                {
                    WriteJson(writer, stat);
                }

                more?.Invoke(writer);
            });
        }
        else if (streams.IsOutputTerminal)
        {
            StatTable.Write(streams.Output, [group]);
        }
        else
        {
            foreach (Stat stat in group.Stats)
            {
                streams.Output.WriteLine($"{stat.Name}\t{stat.Text}");
            }
        }
    }

    private static void WriteJson(Utf8JsonWriter writer, Stat stat)
    {
        switch (stat.Value)
        {
            case null:
                writer.WriteNull(stat.Name);
                break;
            case ulong number:
                writer.WriteNumber(stat.Name, number);
                break;
            case bool flag:
                writer.WriteBoolean(stat.Name, flag);
                break;
            default:
                writer.WriteString(stat.Name, stat.Text);
                break;
        }
    }
}
