using Cairn.Homes;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>Holds the log of a closed store, from its floor on, against the reference: one reversible record a block, with old and new value of every key that really changed.</summary>
internal static class LogComparison
{
    public static async Task AssertSameAsync(IList<ReferenceState> states, TestHome home)
    {
        await using IHome opened = home.OpenHome();
        Manifest manifest = opened.Pages?.Manifest ?? Manifest.Empty;
        int blocks = (int)manifest.PrunedBlocks;
        ReferenceState before = blocks == 0 ? ReferenceState.Empty : states[blocks - 1];
        await foreach (LogRecord record in opened.Log.Read(manifest.LogFloor, CancellationToken.None))
        {
            Assert.True(blocks < states.Count, $"The log has a record {record.Sequence} behind its {states.Count} blocks.");
            ReferenceState after = states[blocks++];
            AssertRecord(before, after, record, (ulong)blocks);
            before = after;
        }

        Assert.Equal(states.Count, blocks);
    }

    private static void AssertRecord(ReferenceState before, ReferenceState after, LogRecord record, ulong sequence)
    {
        Assert.Equal((RecordKind.Block, sequence, after.Height, before.Height), (record.Kind, record.Sequence, record.Height, record.ParentHeight));
        Assert.Equal((after.TimeTicks, before.Root, after.Root), (record.TimeTicks, record.PreviousRoot, record.Root));
        Assert.Equal((after.State.Totals, after.Local.Totals), (record.StateTotals, record.LocalTotals));
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
