using System.Text.Json;
using Cairn.Homes;

namespace Cairn.Cli.Output;

/// <summary>Blocks as lines of JSON, in the form that <c>apply</c> reads.</summary>
internal static class BlockJson
{
    /// <summary>A block can be large: what is written goes out in between.</summary>
    private const int MostPending = 256 * 1024;

    /// <summary>Writes a block and a line feed.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="block">The block.</param>
    /// <param name="withOld">Whether to add what <c>apply</c> does not take: the parent's height and root, and old values.</param>
    public static void Write(Stream output, BlockRecord block, bool withOld) => JsonLine.Write(output, writer =>
    {
        writer.Height("height", block.Height);
        if (withOld)
        {
            writer.Height("parentHeight", block.ParentHeight);
            writer.WriteString("previousRoot", block.PreviousRoot.ToString());
        }

        if (block.TimeTicks is not null)
        {
            writer.Time("time", block.TimeTicks);
        }

        writer.WriteString("root", block.Root.ToString());
        writer.WriteStartArray("changes");
        WriteChanges(writer, TreeKind.State, block.StateChanges, withOld);
        WriteChanges(writer, TreeKind.Local, block.LocalChanges, withOld);
        writer.WriteEndArray();
        if (block.Payload is { } payload)
        {
            writer.WriteString("payloadHex", Convert.ToHexStringLower(payload.Span));
        }
    });

    private static void WriteChanges(Utf8JsonWriter writer, TreeKind tree, ChangeList changes, bool withOld)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            writer.WriteStartObject();
            writer.Bytes("key", changes.Key(i));
            if (withOld)
            {
                writer.BytesOrNull("old", changes.HasOld(i) ? changes.Old(i).ToArray() : null);
            }

            writer.BytesOrNull("value", changes.HasNew(i) ? changes.New(i).ToArray() : null);
            if (tree == TreeKind.Local)
            {
                writer.WriteString("tree", TextForm.Of(tree));
            }

            writer.WriteEndObject();
            if (writer.BytesPending > MostPending)
            {
                writer.Flush();
            }
        }
    }
}
