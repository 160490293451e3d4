using Cairn.Homes;
using Cairn.Tree;
using Xunit;

namespace Cairn.Tests.Tree;

/// <summary>Whatever the table of hot entries answers is what the key has in the version that was asked, while versions come, some without their changes being told, and however keys meet in it.</summary>
public sealed class HotEntriesTests
{
    private const int Threads = 3;
    private const int Hit = 1;

    [Theory]
    [InlineData(1)]
    [InlineData(4_000)]
    [InlineData(100_000)]
    public void Answers_AtAnyVersion_AreThoseOfTheVersion(int bytes) => SeededRandom.ForEach(10, random =>
    {
        Chain chain = new(random, versions: 300);
        HotEntries table = new(bytes, head: 1);
        int hits = 0;
        for (ulong head = 1; head < chain.Versions; head++)
        {
            chain.Publish(table, head);
            for (int read = 0; read < 50; read++)
            {
                hits += chain.Read(table, random, head);
            }
        }

        Assert.True(hits > 100, $"Only {hits} hits.");
    });

    [Fact]
    public async Task Answers_BesideAWriter_AreThoseOfTheVersion()
    {
        foreach (int seed in SeededRandom.Seeds(4))
        {
            Random random = new(seed);
            Chain chain = new(random, versions: 20_000);
            HotEntries table = new(random.Next(6_000), head: 1);
            ulong head = 1;
            int hits = 0;
            Task[] readers = [.. Enumerable.Range(0, Threads).Select(reader => Task.Run(() =>
            {
                Random own = new((seed * 100) + reader);
                int found = 0;
                while (Volatile.Read(ref head) + 1 < chain.Versions || found == 0)
                {
                    found += chain.Read(table, own, Volatile.Read(ref head));
                }

                Interlocked.Add(ref hits, found);
            }))];
            for (ulong next = 2; next < chain.Versions; next++)
            {
                chain.Publish(table, next);
                Volatile.Write(ref head, next);
            }

            await Task.WhenAll(readers);
            Assert.True(hits > 0, $"Seed {seed}: no hits.");
        }
    }

    [Fact]
    public void Entry_OfAVersionBeforeTheTable_IsNotTaken()
    {
        HotEntries table = new(10_000, head: 5);
        Offer(table, "key"u8, version: 4, "old"u8);
        Assert.False(TryRead(table, "key"u8, version: 5, out _));
        Offer(table, "key"u8, version: 5, "new"u8);
        Assert.True(TryRead(table, "key"u8, version: 5, out string value));
        Assert.Equal("new", value);
        Assert.False(TryRead(table, "key"u8, version: 4, out _));
    }

    [Fact]
    public void Entry_ThatOneWayCannotHold_IsNotHeld()
    {
        HotEntries table = new(10_000, head: 1);
        byte[] key = new byte[76];
        Offer(table, key, version: 1, new byte[HotEntries.MostBytes - key.Length + 1]);
        Assert.False(TryRead(table, key, version: 1, out _));
        Offer(table, key, version: 1, new byte[HotEntries.MostBytes - key.Length]);
        Assert.True(TryRead(table, key, version: 1, out _));
        Assert.False(table.TryRead(KeyHash.Of(TreeKind.State, key), TreeKind.State, key, version: 1, new byte[10], out _));
        Assert.False(table.TryRead(KeyHash.Of(TreeKind.Local, key), TreeKind.Local, key, version: 1, new byte[200], out _));
    }

    private static void Offer(HotEntries table, ReadOnlySpan<byte> key, ulong version, ReadOnlySpan<byte> value) =>
        table.Offer(KeyHash.Of(TreeKind.State, key), TreeKind.State, key, version, value);

    private static bool TryRead(HotEntries table, ReadOnlySpan<byte> key, ulong version, out string value)
    {
        byte[] found = new byte[HotEntries.MostBytes];
        bool isThere = table.TryRead(KeyHash.Of(TreeKind.State, key), TreeKind.State, key, version, found, out int bytes);
        value = System.Text.Encoding.ASCII.GetString(found, 0, bytes);
        return isThere;
    }

    /// <summary>Versions made beforehand: which keys each of them changes, and so what every key has in each.</summary>
    private sealed class Chain
    {
        private const int KeyCount = 40;
        private const int MostBack = 12;

        private readonly byte[][] _keys = new byte[KeyCount][];
        private readonly List<ulong>[] _changes = new List<ulong>[KeyCount];
        private readonly List<int>[] _changed;
        private readonly bool[] _told;

        public Chain(Random random, int versions)
        {
            _changed = new List<int>[versions];
            _told = new bool[versions];
            for (int key = 0; key < KeyCount; key++)
            {
                _keys[key] = new byte[1 + random.Next(key % 8 == 0 ? 200 : 60)];
                random.NextBytes(_keys[key]);
                _keys[key][0] = (byte)key;
                _changes[key] = [0];
            }

            for (int version = 1; version < versions; version++)
            {
                _changed[version] = [];
                _told[version] = random.Next(40) != 0;
                for (int change = random.Next(3); change > 0; change--)
                {
                    int key = random.Next(KeyCount);
                    if (_changes[key][^1] != (ulong)version)
                    {
                        _changes[key].Add((ulong)version);
                        _changed[version].Add(key);
                    }
                }
            }
        }

        public ulong Versions => (ulong)_changed.Length;

        public void Publish(HotEntries table, ulong version)
        {
            if (_told[version])
            {
                table.Stamp(version, TreeKind.State, List(version, TreeKind.State));
                table.Stamp(version, TreeKind.Local, List(version, TreeKind.Local));
                table.Stamped(version);
            }

            table.BeforeHead(version);
        }

        /// <summary>Reads a key as the store does: from the table, else from the version, which is then offered.</summary>
        public int Read(HotEntries table, Random random, ulong head)
        {
            ulong version = head - Math.Min(head - 1, (ulong)random.Next(MostBack) * (ulong)random.Next(2));
            int index = random.Next(KeyCount);
            byte[] key = _keys[index];
            ulong hash = KeyHash.Of(Tree(index), key);
            Span<byte> found = stackalloc byte[HotEntries.MostBytes];
            Span<byte> expected = stackalloc byte[HotEntries.MostBytes];
            expected = expected[..Value(index, version, expected)];
            if (!table.TryRead(hash, Tree(index), key, version, found, out int bytes))
            {
                table.Offer(hash, Tree(index), key, version, expected);
                return 0;
            }

            Assert.True(found[..bytes].SequenceEqual(expected), $"Key {index} at version {version}, head {head}: {Convert.ToHexString(found[..bytes])}, not {Convert.ToHexString(expected)}.");
            return Hit;
        }

        private static TreeKind Tree(int key) => key % 3 == 0 ? TreeKind.Local : TreeKind.State;

        /// <summary>The value of a key: its last change at or before a version, repeated.</summary>
        private int Value(int key, ulong version, Span<byte> value)
        {
            int place = _changes[key].BinarySearch(version);
            ulong changed = _changes[key][place >= 0 ? place : ~place - 1];
            int length = (int)((changed + (ulong)key) % 110);
            for (int i = 0; i < length; i++)
            {
                value[i] = (byte)((changed >> (8 * (i % 3))) + (ulong)key);
            }

            return length;
        }

        private ChangeList List(ulong version, TreeKind tree)
        {
            ChangeList.Builder builder = new();
            foreach (int key in _changed[version].Where(key => Tree(key) == tree).Order())
            {
                builder.Add(_keys[key], hasOld: false, default, default, hasNew: true, default);
            }

            return builder.Build();
        }
    }
}
