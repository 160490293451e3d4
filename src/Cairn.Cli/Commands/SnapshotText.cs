using System.Text.Json;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary>Snapshots as commands show them.</summary>
internal static class SnapshotText
{
    /// <summary>The fields that <see cref="Write"/> writes.</summary>
    public const string JsonFields = "\"height\":…,\"root\":\"…\",\"time\":…,\"created\":…,\"entries\":…,\"entryBytes\":…,\"baseHeight\":…,\"baseRoot\":…,\"codec\":\"…\"";

    /// <summary>The names of the codecs.</summary>
    public static readonly (string Word, SnapshotCodec Value)[] Codecs = [("none", SnapshotCodec.None), ("deflate", SnapshotCodec.Deflate), ("zstd", SnapshotCodec.Zstandard)];

    /// <summary>Writes what a snapshot says of itself.</summary>
    public static void Write(Utf8JsonWriter writer, SnapshotInfo info)
    {
        writer.WriteNumber("height", info.Height.Value);
        writer.WriteString("root", info.Root.ToString());
        writer.Time("time", info.TimeTicks);
        writer.Time("created", info.CreatedTicks);
        writer.WriteNumber("entries", info.Totals.Entries);
        writer.WriteNumber("entryBytes", info.Totals.Bytes);
        writer.Height("baseHeight", info.BaseHeight);
        writer.WriteString("baseRoot", info.BaseRoot?.ToString());
        writer.WriteString("codec", Array.Find(Codecs, codec => codec.Value == info.Codec).Word);
    }

    /// <summary>How far exporting or importing is, for a terminal.</summary>
    public static string Of(SnapshotProgress progress) =>
        $"{progress.Items} of {(progress.Snapshot.IsIncremental ? "the changes" : $"{progress.Snapshot.Totals.Entries} entries")}, {progress.Bytes} bytes, height {progress.Snapshot.Height}";
}
