using Cairn.Homes;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>What the log has to say in one record.</summary>
/// <param name="Kind">The kind of record.</param>
/// <param name="Before">The state before it.</param>
/// <param name="After">The state after it.</param>
/// <param name="AbandonedFrom">Rewind: the first sequence it abandons.</param>
/// <param name="Final">Finalise: the height.</param>
internal sealed record ReferenceRecord(RecordKind Kind, ReferenceState Before, ReferenceState After, ulong AbandonedFrom = 0, BlockHeight Final = default);

/// <summary>Holds the log of a closed store, from its floor on, against the reference: one reversible record a block, with old and new value of every key that really changed, and one a rewind, with where it went.</summary>
internal static class LogComparison
{
    public static Task AssertSameAsync(IList<ReferenceState> states, TestHome home) =>
        AssertSameAsync([.. states.Select((state, index) => new ReferenceRecord(RecordKind.Block, index == 0 ? ReferenceState.Empty : states[index - 1], state))], home);

    public static async Task AssertSameAsync(IReadOnlyList<ReferenceRecord> records, TestHome home)
    {
        await using IHome opened = home.OpenHome();
        Manifest manifest = opened.Pages?.Manifest ?? Manifest.Empty;
        ulong sequence = manifest.LogFloor.Sequence;
        await foreach (LogRecord record in opened.Log.Read(manifest.LogFloor, CancellationToken.None))
        {
            Assert.True((int)sequence < records.Count, $"The log has a record {record.Sequence} behind its {records.Count} ones.");
            ReferenceRecord expected = records[(int)sequence++];
            Assert.Equal((expected.Kind, sequence, expected.AbandonedFrom), (record.Kind, record.Sequence, record.AbandonedFrom));
            Assert.Equal((expected.Before.Root, expected.After.Root), (record.PreviousRoot, record.Root));
            Assert.Equal((expected.After.State.Totals, expected.After.Local.Totals), (record.StateTotals, record.LocalTotals));
            switch (expected.Kind)
            {
                case RecordKind.Block:
                    AssertBlock(expected.Before, expected.After, record, sequence);
                    break;
                case RecordKind.Rewind:
                    Assert.Equal((expected.After.Height, expected.Before.Height, expected.After.TimeTicks), (record.Height, record.ParentHeight, record.TimeTicks));
                    break;
                default:
                    Assert.Equal(expected.Final, record.Height);
                    break;
            }
        }

        Assert.Equal(records.Count, (int)sequence);
    }

    private static void AssertBlock(ReferenceState before, ReferenceState after, LogRecord record, ulong sequence)
    {
        Assert.Equal((after.Height, before.Height, after.TimeTicks), (record.Height, record.ParentHeight, record.TimeTicks));
        Assert.Equal(after.Payload, record.Payload?.ToArray());
        AssertChanges(before.State, after.State, record.StateChanges, sequence);
        AssertChanges(before.Local, after.Local, record.LocalChanges, sequence);
    }

    private static void AssertChanges(ReferenceTree before, ReferenceTree after, ChangeList changes, ulong sequence)
    {
        byte[][] keys =
        [
            .. before.Sorted.Concat(after.Sorted).Select(entry => entry.Key).Distinct(ByteStringComparer.Instance)
                .Where(key => !ReferenceEquals(before.Find(key), after.Find(key))).Order(ByteStringComparer.Instance),
        ];
        Assert.Equal(keys.Length, changes.Count);
        for (int i = 0; i < keys.Length; i++)
        {
            (ReferenceEntry? old, ReferenceEntry? @new) = (before.Find(keys[i]), after.Find(keys[i]));
            string where = $"change {i} of record {sequence}, {Convert.ToHexStringLower(keys[i])}";
            Assert.True(changes.Key(i).SequenceEqual(keys[i]), $"{where}: found {Convert.ToHexStringLower(changes.Key(i))}");
            Assert.True(changes.HasOld(i) == (old is not null) && changes.Old(i).SequenceEqual(old?.Value), $"{where}: another old value");
            Assert.True(changes.HasNew(i) == (@new is not null) && changes.New(i).SequenceEqual(@new?.Value), $"{where}: another new value");
            Assert.True(old is null || changes.PreviousHeight(i) == old.Height, $"{where}: previous height {changes.PreviousHeight(i)}, expected {old?.Height}");
        }
    }
}
