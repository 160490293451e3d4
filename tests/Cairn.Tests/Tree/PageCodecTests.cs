using Cairn.Homes;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Stored pages: frozen bytes, and whatever bytes are given, a page or a refusal.</summary>
public sealed class PageCodecTests
{
    private static readonly PagePool Pool = new(poison: true);

    [Fact]
    public void Encode_SmallPages_AreAsFrozen()
    {
        GoldenFile.Check("page-entries.bin", Stored(Entries(3, blob: true)));
        GoldenFile.Check("page-single.bin", Stored(Entries(1, blob: false)));
        GoldenFile.Check("page-stubs.bin", Stored(Entries(200, blob: false)));
    }

    [Fact]
    public void Decode_OfEncoded_IsTheSamePage()
    {
        foreach (int count in new[] { 1, 2, 16, 40, 64 })
        {
            TestTree tree = new();
            tree.Apply(Entries(count, blob: count > 10));
            Page page = tree.Root.Reference!.Page!;
            PlaceBlobs(page);
            byte[] stored = Stored(page);
            Page read = Decode(stored);
            Assert.Equal(page.Count, read.Count);
            Assert.Equal(page.Totals, read.Totals);
            Assert.Equal(stored, Stored(read));
        }
    }

    [Fact]
    public void Decode_EveryBitFlippedWithRightChecksum_NeverBreaksSearching()
    {
        byte[] stored = Stored(Entries(40, blob: true));
        for (int bit = 32; bit < stored.Length * 8; bit++)
        {
            byte[] damaged = [.. stored];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            DecodeAndUse(damaged);
        }
    }

    [Fact]
    public void Decode_RandomlyMutatedWithRightChecksum_NeverBreaksSearching()
    {
        byte[][] seeds = [Stored(Entries(3, blob: true)), Stored(Entries(64, blob: false)), Stored(Entries(200, blob: false))];
        SeededRandom.ForEach(20, random =>
        {
            for (int i = 0; i < 1000; i++)
            {
                byte[] damaged = [.. seeds[random.Next(seeds.Length)]];
                for (int change = random.Next(1, 6); change > 0; change--)
                {
                    damaged[random.Next(4, random.Next(2) == 0 ? 120 : damaged.Length)] = (byte)random.Next(256);
                }

                DecodeAndUse(random.Next(8) == 0 ? damaged[..random.Next(PageHeaderLayout.SizeBytes, damaged.Length)] : damaged);
            }
        });
    }

    /// <summary>Pages of every shape of keys, each with a change where it may go unnoticed: beside the header, the stubs and the tables that records are found by.</summary>
    [Fact]
    public void Holds_OfAnyPageAndAnyChange_IsWhatTheValidatorSays()
    {
        SeededRandom.ForEach(10, random =>
        {
            foreach (KeyShape shape in KeyShapes.All)
            {
                TestTree tree = new();
                tree.Apply([.. KeyShapes.Make(random, shape, random.Next(1, 300)).Select(key => (key, (byte[]?)new byte[random.Next(12) == 0 ? 1100 : random.Next(40)]))]);
                foreach (byte[] stored in PagesOf(tree.Root.Reference!))
                {
                    Assert.True(PageSoundness.Holds(stored), $"A page of {shape} keys is refused.");
                    CheckAgreement(stored);
                    for (int i = 0; i < 100; i++)
                    {
                        CheckAgreement(Changed(random, stored));
                    }
                }
            }
        });
    }

    [Fact]
    public void Decode_WrongChecksum_IsRefused()
    {
        byte[] stored = Stored(Entries(3, blob: false));
        uint crc = BitConverter.ToUInt32(stored);
        Assert.Throws<StateCorruptedException>(() => Decode(stored, crc + 1));
        stored[100] ^= 1;
        Assert.Throws<StateCorruptedException>(() => Decode(stored, crc));
    }

    [Fact]
    public void Decode_StubOrBlobThatLeadsNowhere_IsRefused()
    {
        byte[] stubs = Stored(Entries(200, blob: false));
        stubs.AsSpan(PageHeaderLayout.SizeBytes + StubLayout.PageIdOffset, sizeof(ulong)).Clear();
        byte[] blob = Stored(Entries(2, blob: true));
        blob.AsSpan(blob.Length - BlobRecordLayout.SizeBytes + BlobRecordLayout.PlaceOffset, sizeof(ulong)).Clear();
        foreach (byte[] stored in (byte[][])[stubs, blob])
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(stored, Cairn.Format.Crc32C.Compute(stored.AsSpan(4)));
            Assert.Throws<StateCorruptedException>(() => Decode(stored));
        }
    }

    private static byte[] Changed(Random random, byte[] stored)
    {
        PageView view = new(stored);
        int tables = view.Sections.Data + view.DataBytes;
        byte[] changed = [.. stored];
        for (int change = random.Next(1, 3); change > 0; change--)
        {
            int at = random.Next(4) switch
            {
                0 => random.Next(PageHeaderLayout.FormatVersionOffset, PageHeaderLayout.SizeBytes),
                1 => random.Next(view.Sections.Trie, view.Sections.Heights),
                2 => view.Sections.Data + Math.Min(view.RecordStart(random.Next(view.Count)) + random.Next(3), view.DataBytes - 1),
                _ => random.Next(PageHeaderLayout.SizeBytes, tables),
            };
            changed[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(changed[at] + random.Next(-2, 3)),
                _ => changed[random.Next(PageHeaderLayout.SizeBytes, tables)],
            };
        }

        return changed;
    }

    private static IEnumerable<byte[]> PagesOf(PageReference root)
    {
        Page page = root.Page!;
        foreach (PageReference child in page.Children.ToArray())
        {
            foreach (byte[] stored in PagesOf(child))
            {
                yield return stored;
            }

            child.Place((PageId)5, storedBytes: 1000, crc: 77);
        }

        PlaceBlobs(page);
        yield return Stored(page);
    }

    /// <summary>The quick answer is the plain one, yes or no.</summary>
    private static void CheckAgreement(byte[] bytes)
    {
        bool isSound = true;
        try
        {
            PageValidator.CheckPlainly(bytes, new MemoryPageStore(), (PageId)7);
        }
        catch (Exception refusal) when (refusal is StateCorruptedException or StoreFormatException)
        {
            isSound = false;
        }

        Assert.Equal(isSound, PageSoundness.Holds(bytes));
    }

    private static void DecodeAndUse(byte[] bytes)
    {
        CheckAgreement(bytes);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes, Cairn.Format.Crc32C.Compute(bytes.AsSpan(4)));
        Page page;
        try
        {
            page = Decode(bytes);
        }
        catch (Exception refusal) when (refusal is StateCorruptedException or StoreFormatException)
        {
            return;
        }

        byte[] key = new byte[StateLimits.MaxKeyBytes];
        for (int item = 0; item < page.Count; item++)
        {
            int length = page.CopyKey(item, key);
            page.Search(key.AsSpan(0, length));
            page.Find(key.AsSpan(0, length), out _);
            page.ItemTotals(item);
            page.Height(item);
        }

        page.Search("question"u8);
        page.Free();
    }

    private static Page Decode(byte[] bytes) => Decode(bytes, BitConverter.ToUInt32(bytes));

    private static Page Decode(byte[] bytes, uint crc)
    {
        PageMemory memory = Pool.Allocate(bytes.Length);
        bytes.CopyTo(memory.Span);
        try
        {
            return PageCodec.Decode(memory, new PagePlace((PageId)7, bytes.Length, crc), Pool, new MemoryPageStore());
        }
        catch
        {
            Pool.Free(memory);
            throw;
        }
    }

    private static List<(byte[] Key, byte[]? Value)> Entries(int count, bool blob)
    {
        List<(byte[], byte[]?)> entries = [];
        for (int i = 0; i < count; i++)
        {
            entries.Add((System.Text.Encoding.ASCII.GetBytes($"org/acorn/{i * 7919 % 1000:d3}"), blob && i == 1 ? new byte[2000] : [(byte)i, 1, 2]));
        }

        return entries;
    }

    private static byte[] Stored(List<(byte[] Key, byte[]? Value)> entries)
    {
        TestTree tree = new();
        tree.Apply(entries);
        Page page = tree.Root.Reference!.Page!;
        foreach ((PageReference child, int index) in page.Children.ToArray().Select(static (child, index) => (child, index)))
        {
            child.Place((PageId)((ulong)index + 1), 1000 + index, 77);
        }

        PlaceBlobs(page);
        return Stored(page);
    }

    private static void PlaceBlobs(Page page)
    {
        foreach (BlobReference blob in page.Blobs)
        {
            blob.Place((PageId)9, storedBytes: BlobCodec.StoredBytes(keyBytes: 1, blob.Length));
        }
    }

    private static byte[] Stored(Page page)
    {
        byte[] buffer = new byte[PageCodec.MaxEncodedBytes(page)];
        return buffer[..PageCodec.Encode(page, buffer)];
    }
}
