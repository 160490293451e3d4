using System.Buffers.Binary;
using static Cairn.History.HistoryRewindLayout;

namespace Cairn.History;

/// <summary>A rewind as a run has it: the record with that sequence abandons everything from another one on up to itself.</summary>
/// <param name="Sequence">Its sequence.</param>
/// <param name="AbandonedFrom">The first sequence it abandons.</param>
internal readonly record struct PastRewind(ulong Sequence, ulong AbandonedFrom);

/// <summary>The rewinds of a run as blocks.</summary>
internal static class RewindTable
{
    /// <summary>How many rewinds a block has.</summary>
    public const int PerBlock = (RunBlock.SizeBytes - HistoryBlockLayout.SizeBytes) / SizeBytes;

    /// <summary>Makes a block of some rewinds, at most <see cref="PerBlock"/>.</summary>
    public static byte[] ToBlock(ReadOnlySpan<PastRewind> rewinds)
    {
        byte[] block = RunBlock.Begin(RunBlockKind.Rewinds);
        int end = HistoryBlockLayout.SizeBytes;
        foreach (PastRewind rewind in rewinds)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(end + SequenceOffset), rewind.Sequence);
            BinaryPrimitives.WriteUInt64LittleEndian(block.AsSpan(end + AbandonedFromOffset), rewind.AbandonedFrom);
            end += SizeBytes;
        }

        RunBlock.Seal(block, rewinds.Length, marks: 0, end);
        return block;
    }

    /// <summary>Reads all rewinds of a run.</summary>
    /// <exception cref="StateCorruptedException">They are not what was written.</exception>
    public static PastRewind[] Read(Run run)
    {
        RunHeader header = run.Header;
        List<PastRewind> rewinds = [];
        for (uint number = header.FirstRewindBlock; number < header.BlockCount; number++)
        {
            byte[] block = run.ReadBlock(number, RunBlockKind.Rewinds);
            for (int i = 0; i < RunBlock.Count(block); i++)
            {
                ReadOnlySpan<byte> bytes = block.AsSpan(HistoryBlockLayout.SizeBytes + (i * SizeBytes), SizeBytes);
                PastRewind rewind = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes[SequenceOffset..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[AbandonedFromOffset..]));
                bool isNext = rewind.Sequence >= header.FirstSequence && rewind.Sequence <= header.LastSequence && rewind.AbandonedFrom >= 1 && rewind.AbandonedFrom < rewind.Sequence
                    && (rewinds.Count == 0 || rewinds[^1].Sequence < rewind.Sequence);
                if (!isNext)
                {
                    throw run.Damage(number, "rewind", "one of the run, ascending", $"{rewind}");
                }

                rewinds.Add(rewind);
            }
        }

        return rewinds.Count == header.RewindCount ? [.. rewinds] : throw run.Damage(header.FirstRewindBlock, "count of rewinds", $"{header.RewindCount}", $"{rewinds.Count}");
    }
}
