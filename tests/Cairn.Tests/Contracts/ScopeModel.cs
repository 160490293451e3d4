using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>Two slots of 1,024 bytes as plain arrays beside a storage: one copy a scope, and the pages written in each.</summary>
internal sealed class ScopeModel(SlotStorage storage)
{
    private const int SlotBytes = 1024;
    private static readonly SlotId[] Slots = [SlotId.Root, SlotId.Root.Indirect(7)];

    private readonly Stack<Level> _levels = new([new Level(new byte[Slots.Length * SlotBytes], [])]);
    private byte[] _accepted = new byte[Slots.Length * SlotBytes];

    public void Step(Random random)
    {
        switch (random.Next(20))
        {
            case 0 or 1:
                storage.Session.Begin();
                _levels.Push(new Level([.. _levels.Peek().Bytes], [.. _levels.Peek().Pages]));
                break;
            case 2 when _levels.Count > 1:
                storage.Session.Release();
                Level top = _levels.Pop();
                _levels.Pop();
                _levels.Push(top);
                break;
            case 3 when _levels.Count > 1:
                storage.Session.Rollback();
                _levels.Pop();
                break;
            case 4 when _levels.Count == 1:
                CheckDelta();
                storage.Session.Accept();
                _accepted = [.. _levels.Peek().Bytes];
                _levels.Peek().Pages.Clear();
                break;
            case 5 when random.Next(4) == 0:
                storage.Session.Discard();
                _levels.Clear();
                _levels.Push(new Level([.. _accepted], []));
                break;
            default:
                Write(random);
                break;
        }

        Check(random);
    }

    private void Write(Random random)
    {
        int slot = random.Next(Slots.Length);
        int offset = random.Next(SlotBytes);
        byte[] bytes = new byte[random.Next(Math.Min(random.Next(2) == 0 ? 40 : 600, SlotBytes - offset) + 1)];
        if (random.Next(3) > 0)
        {
            random.NextBytes(bytes);
        }

        storage.Write(Slots[slot], (uint)offset, bytes);
        bytes.CopyTo(_levels.Peek().Bytes, (slot * SlotBytes) + offset);
        for (int page = offset / 32; bytes.Length > 0 && page <= (offset + bytes.Length - 1) / 32; page++)
        {
            _levels.Peek().Pages.Add((slot * (SlotBytes / 32)) + page);
        }
    }

    private void Check(Random random)
    {
        Assert.Equal(_levels.Count - 1, storage.Session.ScopeDepth);
        Assert.Equal(_levels.Peek().Pages.Count, storage.Session.PagesCharged);
        int slot = random.Next(Slots.Length);
        byte[] bytes = new byte[SlotBytes];
        storage.Read(Slots[slot], 0, bytes);
        Assert.True(_levels.Peek().Bytes.AsSpan(slot * SlotBytes, SlotBytes).SequenceEqual(bytes));
    }

    private void CheckDelta()
    {
        Level level = _levels.Peek();
        Assert.Equal(
            Pages(storage.Session.Profile.DeltaKeepsUnchanged ? page => level.Pages.Contains(page) : page => !level.Page(page).SequenceEqual(_accepted.AsSpan(page * 32, 32))),
            storage.Delta().Runs.SelectMany(run => Enumerable.Range(0, run.Content.Length / 32).Select(i => (run.Slot, run.FirstPage + (uint)i, Convert.ToHexString(run.Content.Span.Slice(32 * i, 32))))));
        IReadOnlyList<StorageRun> runs = storage.Delta().Runs;
        Assert.All(runs.Zip(runs.Skip(1)), pair => Assert.False(pair.First.Slot == pair.Second.Slot && pair.First.FirstPage + (pair.First.Content.Length / 32) == pair.Second.FirstPage));

        IEnumerable<(SlotId, uint, string)> Pages(Func<int, bool> isTold) =>
            from page in Enumerable.Range(0, Slots.Length * SlotBytes / 32)
            where isTold(page)
            let slot = Slots[page / (SlotBytes / 32)]
            orderby slot
            select (slot, (uint)(page % (SlotBytes / 32)), Convert.ToHexString(level.Page(page)));
    }

    private sealed record Level(byte[] Bytes, HashSet<int> Pages)
    {
        public ReadOnlySpan<byte> Page(int page) => Bytes.AsSpan(page * 32, 32);
    }
}
