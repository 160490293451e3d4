using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

public sealed class StoreComparerTests
{
    /// <summary>Two stores of any homes, equal up to a block and different from there on, one longer than the other: the height and the keys are found, also at heights in between and after reopening.</summary>
    [Fact]
    public async Task Stores_ThatPartAtABlock_AreFoundToDifferFromThereOn() => await SeededRandom.ForEachAsync(12, async random =>
    {
        HomeKind[] kinds = [HomeKind.Memory, HomeKind.SimulatedDirectory, HomeKind.JsonLines];
        StoreSettings settings = StoreSettings.Tight with { RecentViewBytes = 64 * 1024 };
        using TestHome home = TestHome.Create(kinds[random.Next(kinds.Length)]);
        using TestHome otherHome = TestHome.Create(kinds[random.Next(kinds.Length)]);
        int blocks = random.Next(5, 60);
        int parting = random.Next(blocks + 1); // the first block that differs; none when there is no such block
        (List<ReferenceState> states, List<ReferenceState> otherStates) = (new(), new());
        await WriteAsync(home, settings, random.Next(), blocks, parting, isOther: false, states);
        await WriteAsync(otherHome, settings, random.Next(), blocks + random.Next(4), parting, isOther: true, otherStates);
        await using StateStore one = await home.OpenAsync(settings);
        await using StateStore other = await otherHome.OpenAsync(settings);

        ComparisonReport report = StoreComparer.Compare(one, other);

        Assert.Equal(states[0].Height, report.Oldest);
        Assert.Equal(states[^1].Height, report.Newest);
        Assert.Equal(parting < blocks ? states[parting].Height : null, report.FirstDifference);
        Assert.Equal(report, StoreComparer.Compare(other, one));
        foreach (int block in (int[])[0, blocks - 1, Math.Min(parting, blocks - 1), random.Next(blocks)])
        {
            AssertDifferences(states[block], otherStates[block], StoreComparer.Differences(one, other, states[block].Height));
        }

        AssertDifferences(states[^1], otherStates[^1], StoreComparer.Differences(one, other));
    });

    [Fact]
    public async Task Stores_WithoutACommonHeight_AreComparedAtTheirHeadsAlone()
    {
        await using StateStore empty = await StateStore.OpenAsync("memory:");
        await using StateStore one = await StateStore.OpenAsync("memory:");
        await CommitAsync(one, 5, "a"u8.ToArray());
        await using StateStore other = await StateStore.OpenAsync("memory:");
        await CommitAsync(other, 6, "a"u8.ToArray());
        Assert.Equal(new ComparisonReport(null, null, null), StoreComparer.Compare(empty, one));
        Assert.Equal(new ComparisonReport(null, null, null), StoreComparer.Compare(one, other));
        Assert.Empty(StoreComparer.Differences(one, other));
        Assert.Equal("a"u8.ToArray(), Assert.Single(StoreComparer.Differences(empty, other)).Key);
        Assert.Throws<HeightNotRetainedException>(() => StoreComparer.Differences(one, other, new BlockHeight(6)).ToList());
    }

    private static void AssertDifferences(ReferenceState one, ReferenceState other, IEnumerable<EntryChange> found)
    {
        Dictionary<string, (string?, string?)> expected = [];
        foreach (byte[] key in one.State.Sorted.Select(static entry => entry.Key).Union(other.State.Sorted.Select(static entry => entry.Key), ByteStringComparer.Instance))
        {
            (string? value, string? otherValue) = (Hex(one.State.Find(key)?.Value), Hex(other.State.Find(key)?.Value));
            if (value != otherValue)
            {
                expected.Add(Hex(key)!, (value, otherValue));
            }
        }

        List<EntryChange> changes = [.. found];
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), changes.Select(static change => Hex(change.Key)));
        Assert.All(changes, change => Assert.Equal(expected[Hex(change.Key)!], (Hex(change.Old), Hex(change.New))));
    }

    private static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexString(bytes);

    private static async Task WriteAsync(TestHome home, StoreSettings settings, int seed, int blocks, int parting, bool isOther, List<ReferenceState> states)
    {
        await using StateStore store = await home.OpenAsync(settings);
        for (int block = 0; block < blocks; block++)
        {
            // Up to the parting both draw the same numbers, only the order of the commits' checkpoints differs.
            Random random = new(block < parting ? block : seed + block);
            ReferenceState parent = states.Count == 0 ? ReferenceState.Empty : states[^1];
            ReferenceDraft model = new(parent, new BlockHeight((ulong)block * 3));
            using BlockDraft draft = store.CreateDraft(model.Height);
            for (int i = random.Next(1, 30); i > 0; i--)
            {
                byte[] key = BitConverter.GetBytes(random.Next(200))[..2];
                if (random.Next(4) == 0)
                {
                    model.Delete(TreeKind.State, key);
                    draft.State.Delete(key);
                }
                else
                {
                    byte[] value = new byte[random.Next(12) == 0 ? 1500 : 10];
                    random.NextBytes(value);
                    model.Put(TreeKind.State, key, value);
                    draft.State.Put(key, value);
                }
            }

            if (block == parting)
            {
                byte[] mark = [isOther ? (byte)1 : (byte)0];
                model.Put(TreeKind.State, "parting"u8.ToArray(), mark);
                draft.State.Put("parting"u8, mark);
            }

            await store.CommitAsync(draft);
            states.Add(model.Working);
            if (seed % 3 == 0 && block % 7 == 0)
            {
                await store.CheckpointAsync();
            }
        }
    }

    private static async Task CommitAsync(StateStore store, ulong height, byte[] key)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        draft.State.Put(key, key);
        await store.CommitAsync(draft);
    }
}
