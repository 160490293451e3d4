using System.Buffers.Binary;
using Cairn.Checkpoints;
using Cairn.Homes;
using Cairn.Pages;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Pages stored as deltas: frozen bytes, the same page as in memory when they are read, and whatever bytes are given, a page or a refusal.</summary>
public sealed class PageDeltaTests
{
    private static readonly PagePool Pool = new(poison: true);

    [Fact]
    public void Encode_SmallDeltas_AreAsFrozen()
    {
        GoldenFile.Check("page-delta-entries.bin", Entries(items: 40, changed: 2).Delta);
        GoldenFile.Check("page-delta-stubs.bin", Entries(items: 300, changed: 2).Delta);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(300)]
    public void Read_AfterManyRounds_IsThePageInMemory(int items)
    {
        SeededRandom.ForEach(10, random =>
        {
            StoredPage stored = new(items);
            HashSet<StoredForm> forms = [stored.Store()];
            for (int round = 0; round < 60; round++)
            {
                stored.Change(random, round == 30 ? items : random.Next(1, 4));
                forms.Add(stored.Store());
                stored.AssertReadsAsInMemory();
            }

            Assert.Equal(3, forms.Count);
        });
    }

    [Fact]
    public void Encode_Forms_GrowUpToTheirShareOfWhatTheyBuildOn()
    {
        StoredPage stored = new(64);
        Random random = new(1);
        for (int round = 0; round < 300; round++)
        {
            stored.Change(random, 1);
            StoredForm form = stored.Store();
            int bytes = stored.Place.StoredBytes;
            int most = form == StoredForm.First ? stored.Chain.Full.StoredBytes / 2 : form == StoredForm.Second ? stored.Chain.First.StoredBytes - PageDeltaLayout.SizeBytes : int.MaxValue;
            Assert.InRange(bytes, 1, most);
        }
    }

    [Fact]
    public void Read_ThreeDeltasDeep_IsRefused()
    {
        StoredPage stored = new(40);
        Random random = new(1);
        stored.Change(random, 1);
        byte[] delta = stored.EncodeDelta(stored.Chain.Full);
        PagePlace place = stored.Chain.Full;
        for (int depth = 1; depth <= 3; depth++)
        {
            place = stored.Add(stored.EncodeDelta(place));
            if (depth < 3)
            {
                stored.Read(place).Free();
            }
        }

        Assert.Contains("two deltas", Assert.Throws<StateCorruptedException>(() => stored.Read(place)).What, StringComparison.Ordinal);
        Assert.NotEmpty(delta);
    }

    [Fact]
    public void Read_BaseWithAnotherChecksum_IsRefused()
    {
        StoredPage stored = new(40);
        stored.Change(new Random(1), 1);
        PagePlace full = stored.Chain.Full;
        PagePlace place = stored.Add(stored.EncodeDelta(full with { Crc = full.Crc ^ 1 }));
        Assert.Throws<StateCorruptedException>(() => stored.Read(place));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(300)]
    public void Read_EveryBitFlippedWithRightChecksum_NeverBreaksSearching(int items)
    {
        (StoredPage stored, byte[] delta) = Entries(items, changed: 2);
        for (int bit = 32; bit < delta.Length * 8; bit++)
        {
            byte[] damaged = [.. delta];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            ReadAndUse(stored, damaged);
        }
    }

    [Theory]
    [InlineData(40)]
    [InlineData(300)]
    public void Read_RandomlyMutatedWithRightChecksum_NeverBreaksSearching(int items)
    {
        (StoredPage stored, byte[] delta) = Entries(items, changed: 5);
        SeededRandom.ForEach(10, random =>
        {
            for (int i = 0; i < 500; i++)
            {
                byte[] damaged = random.Next(8) == 0 ? delta[..random.Next(PageDeltaLayout.SizeBytes, delta.Length)] : [.. delta];
                for (int change = random.Next(1, 6); change > 0; change--)
                {
                    damaged[random.Next(4, damaged.Length)] = (byte)random.Next(256);
                }

                ReadAndUse(stored, damaged);
            }
        });
    }

    private static (StoredPage Page, byte[] Delta) Entries(int items, int changed)
    {
        StoredPage stored = new(items);
        stored.Change(new Random(7), changed);
        return (stored, stored.EncodeDelta(stored.Chain.Full));
    }

    private static void ReadAndUse(StoredPage stored, byte[] delta)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(delta, Cairn.Format.Crc32C.Compute(delta.AsSpan(4)));
        Page page;
        try
        {
            page = stored.Read(stored.Add(delta));
        }
        catch (Exception refusal) when (refusal is StateCorruptedException or StoreFormatException)
        {
            return;
        }

        byte[] key = new byte[StateLimits.MaxKeyBytes];
        for (int item = 0; item < page.Count; item++)
        {
            int length = page.CopyKey(item, key);
            page.Find(key.AsSpan(0, length), out _);
            page.ItemTotals(item);
            page.Height(item);
        }

        page.Free();
    }

    /// <summary>The root page of a small tree, changed and stored again and again. Its children are stored nowhere; they have places all the same.</summary>
    private sealed class StoredPage
    {
        private readonly TestTree _tree = new();
        private readonly MemoryPageStore _store = new();
        private readonly ICheckpointWriter _writer;
        private readonly PageEncoder _encoder = new();
        private readonly int _items;
        private ulong _places = 1UL << 33;

        public StoredPage(int items)
        {
            _items = items;
            _writer = _store.BeginCheckpoint();
            _tree.Apply([.. Enumerable.Range(0, items).Select(static i => (Key(i), (byte[]?)new byte[40]))]);
            Store();
        }

        public PageChain Chain { get; private set; }

        public PagePlace Place { get; private set; }

        private Page InMemory => _tree.Root.Reference!.Page!;

        public void Change(Random random, int keys) =>
            _tree.Apply([.. Enumerable.Range(0, keys).Select(_ => random.Next(_items)).Distinct().Order().Select(i =>
            {
                byte[] value = new byte[40];
                random.NextBytes(value);
                return (Key(i), (byte[]?)value);
            })]);

        public PagePlace Add(byte[] bytes) => new(_writer.Add(bytes), bytes.Length, BinaryPrimitives.ReadUInt32LittleEndian(bytes));

        public byte[] EncodeDelta(PagePlace on)
        {
            PlaceChildren();
            byte[] buffer = new byte[PageLimits.MaxStoredBytes];
            int length = PageDelta.TryEncode(InMemory, InMemory.ChangedItems, added: 0, on, moves: null, buffer, buffer.Length);
            return buffer[..length];
        }

        public StoredForm Store()
        {
            PlaceChildren();
            StoredForm form = _encoder.Encode(InMemory, InMemory.ChangedItems, Chain, StoredForm.Second, moves: null);
            MovedPage stored = _encoder.After(_writer.Add(_encoder.Bytes));
            Place = stored.Place;
            Chain = stored.Chain;
            InMemory.ChangedItems = stored.ChangedItems;
            return form;
        }

        public Page Read(PagePlace place) => PageCodec.Read(_store, new PageReference(place.Id, place.StoredBytes, place.Crc, TreeKind.State, stub: null), place, Pool, out _);

        public void AssertReadsAsInMemory()
        {
            PageReference reference = new(Place.Id, Place.StoredBytes, Place.Crc, TreeKind.State, stub: null);
            Page read = PageCodec.Read(_store, reference, Place, Pool, out PageBases? bases);
            Page page = InMemory;
            Assert.Equal(Chain, bases?.Chain ?? PageChain.OfFull(Place, page.Count));
            Assert.Equal(page.ChangedItems, read.ChangedItems);
            Assert.Equal((page.Count, page.Totals, page.Level), (read.Count, read.Totals, read.Level));
            Assert.Equal(0UL, read.HashValid & ~page.HashValid);
            for (int item = 0; item < page.Count; item++)
            {
                Assert.Equal(page.ItemTotals(item), read.ItemTotals(item));
                Assert.Equal(page.Suffix(item), read.Suffix(item));
                if (page.IsStub(item))
                {
                    Assert.Equal((page.StubHash(item), page.Child(item).CurrentPlace), (read.StubHash(item), read.Child(item).CurrentPlace));
                    continue;
                }

                Assert.Equal(page.InlineValue(item), read.InlineValue(item));
                Assert.Equal(page.Height(item), read.Height(item));
            }

            for (int node = 0; node < page.Count - 1; node++)
            {
                Assert.True(((read.HashValid >> node) & 1) == 0 || page.NodeHash(node).SequenceEqual(read.NodeHash(node)), $"hash of node {node}");
            }

            read.Free();
        }

        private void PlaceChildren()
        {
            foreach (PageReference child in InMemory.Children)
            {
                if (child.Id == PageId.None)
                {
                    child.Place((PageId)(++_places), 1000, (uint)_places);
                }
            }
        }

        private static byte[] Key(int i) => System.Text.Encoding.ASCII.GetBytes($"org/acorn/{i * 7919 % 1000:d3}");
    }
}
