using System.Text.Json;

namespace Cairn.Cli.Output;

/// <summary>A state as blocks that put its entries, in the form that <c>apply</c> reads.</summary>
internal static class StateJson
{
    /// <summary>A block can be large: what is written goes out in between.</summary>
    private const int MostPending = 256 * 1024;

    /// <summary>Writes a block and a line feed.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="height">Its height.</param>
    /// <param name="ticks">Its time; null for none.</param>
    /// <param name="root">The root after it; null where it is not known.</param>
    /// <param name="entries">At the first entry to put; null for none.</param>
    /// <param name="mostBytes">The most bytes of keys and values.</param>
    /// <returns>Whether there are entries left. The scan is at the first of them then.</returns>
    public static bool Write(Stream output, BlockHeight height, long? ticks, Hash256? root, EntryScan? entries, long mostBytes)
    {
        bool isLeft = entries is not null;
        JsonLine.Write(output, writer =>
        {
            writer.Height("height", height);
            if (ticks is not null)
            {
                writer.Time("time", ticks);
            }

            if (root is { } hash)
            {
                writer.WriteString("root", hash.ToString());
            }

            writer.WriteStartArray("changes");
            long bytes = 0;
            while (isLeft && (bytes += entries!.Key.Length + entries.Value.Length) <= mostBytes)
            {
                WritePut(writer, entries.Key, entries.Value);
                isLeft = entries.MoveNext();
            }

            writer.WriteEndArray();
        });
        return isLeft;
    }

    private static void WritePut(Utf8JsonWriter writer, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        writer.WriteStartObject();
        writer.Bytes("key", key);
        writer.Bytes("value", value);
        writer.WriteEndObject();
        if (writer.BytesPending > MostPending)
        {
            writer.Flush();
        }
    }
}
