using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Tests.Reference;
using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.KeyValues;

/// <summary>The plain key-value store on every home and on both trees.</summary>
public sealed partial class KeyValueStoreTests
{
    public static TheoryData<HomeKind, TreeKind> Stores() => new MatrixTheoryData<HomeKind, TreeKind>(
        [HomeKind.Memory, HomeKind.SimulatedDirectory, HomeKind.JsonLines],
        [TreeKind.State, TreeKind.Local]);

    [Theory]
    [MemberData(nameof(Stores))]
    public async Task RandomBatches_WithReopenings_AreAsInADictionary(HomeKind kind, TreeKind tree)
    {
        foreach (int seed in SeededRandom.Seeds(3))
        {
            using TestHome home = TestHome.Create(kind);
            Random random = new(seed);
            SortedDictionary<byte[], byte[]> model = new(ByteStringComparer.Instance);
            ulong blocks = 0;
            KeyValueStore store = new(await home.OpenAsync(StoreSettings.Tight), tree, ownsState: true);
            for (int step = 0; step < 60; step++)
            {
                if (random.Next(12) == 0)
                {
                    await store.DisposeAsync();
                    await home.CheckAsync();
                    store = new KeyValueStore(await home.OpenAsync(StoreSettings.Tight), tree, ownsState: true);
                }

                CommittedBlock block = await store.WriteAsync(RandomBatch(random, model));
                Assert.Equal(new BlockHeight(++blocks), block.Height);
                AssertSame(model, store, random);
            }

            await store.DisposeAsync();
            await home.CheckAsync();
        }
    }

    [Fact]
    public async Task NullAndEmpty_ArePresentAndNotAbsent()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await store.PutJsonAsync("null"u8, null, TestJson.Default.Member);
        await store.PutAsync("empty"u8, []);
        Assert.True(store.TryGetJson("null"u8, TestJson.Default.Member, out Member? value));
        Assert.Null(value);
        Assert.True(store.Contains("null"u8));
        Assert.False(store.TryGetJson("absent"u8, TestJson.Default.Member, out value));
        Assert.Null(value);
        Assert.True(store.TryGet("empty"u8, [], out int bytes));
        Assert.Equal(0, bytes);
        Assert.Equal(0, store.Get("empty"u8)?.Length);
        Assert.Null(store.Get("absent"u8));
        Assert.Equal(2UL, store.Count);
    }

    [Fact]
    public async Task Json_OfATypeAndByReflection_IsReadBack()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        Member alice = new("Alice", 3);
        await store.PutJsonAsync("a"u8, alice, TestJson.Default.Member);
        await store.PutJsonAsync("b"u8, alice);
        Assert.Equal("""{"Name":"Alice","Shares":3}"""u8.ToArray(), store.Get("a"u8));
        Assert.Equal(store.Get("a"u8), store.Get("b"u8));
        Assert.True(store.TryGetJson("b"u8, TestJson.Default.Member, out Member? read));
        Assert.Equal(alice, read);
        Assert.True(store.TryGetJson("a"u8, out read));
        Assert.Equal(alice, read);
    }

    [Fact]
    public async Task Json_OfAnotherType_NamesTheKey()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await store.PutAsync("k"u8, "[1,"u8);
        JsonException refusal = Assert.Throws<JsonException>(() => store.TryGetJson("k"u8, TestJson.Default.Member, out _));
        Assert.Contains("key 6b (hex)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Member", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_OfSeveralChangesOfAKey_TheLastCounts()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        KeyValueBatch batch = new();
        batch.Put("a"u8, "1"u8);
        batch.Delete("a"u8);
        batch.Put("b"u8, "1"u8);
        batch.Put("b"u8, "2"u8);
        batch.Put("c"u8, "1"u8);
        batch.Delete("c"u8);
        batch.Put("c"u8, "3"u8);
        Assert.Equal((7, 12L), (batch.Count, batch.ByteCount));
        Assert.Equal(2, (await store.WriteAsync(batch)).Changes);
        Assert.Equal(["b=2", "c=3"], Texts(store.Prefix(default)));
        Assert.Equal(0, (await store.WriteAsync(batch)).Changes);
        batch.Clear();
        Assert.Equal(new BlockHeight(3), (await store.WriteAsync(batch)).Height);
    }

    [Fact]
    public void Batch_RefusesWhatNoStoreTakes()
    {
        KeyValueBatch batch = new();
        Assert.Throws<ArgumentException>(() => batch.Put(default, default));
        Assert.Throws<ArgumentException>(() => batch.Delete(new byte[StateLimits.MaxKeyBytes + 1]));
        Assert.Throws<ArgumentException>(() => batch.Put("k"u8, new byte[StateLimits.MaxValueBytes + 1]));
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public async Task Ranges_HaveLimitsAndGoBackwards_AndKeepTheirMoment()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        foreach (string key in new[] { "a/1", "a/2", "a/3", "b/1" })
        {
            await store.PutAsync(Encoding.UTF8.GetBytes(key), "x"u8);
        }

        Assert.Equal(["a/2=x", "a/3=x"], Texts(store.Range("a/2"u8, "b"u8)));
        Assert.Equal(["a/1=x", "a/2=x"], Texts(store.Prefix("a/"u8, limit: 2)));
        Assert.Equal(["a/3=x", "a/2=x"], Texts(store.Prefix("a/"u8, limit: 2, reverse: true)));
        using KeyValueScan before = store.Prefix(default);
        await store.DeleteAsync("a/1"u8);
        Assert.Equal(["a/1=x", "a/2=x", "a/3=x", "b/1=x"], Texts(before));
        Assert.Equal(["a/2=x", "a/3=x", "b/1=x"], Texts(store.Prefix(default)));
        Assert.Equal(0, store.State.GetStatistics().OpenViews);
    }

    [Fact]
    public async Task Writes_OfManyThreads_AllBecomeBlocks()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (int index = 0; index < 50; index++)
            {
                await store.PutAsync(Encoding.UTF8.GetBytes($"{writer}/{index}"), [1]);
            }
        })));
        Assert.Equal((400UL, new BlockHeight(400)), (store.Count, store.State.Height!.Value));
    }

    [Fact]
    public async Task Blocks_CommittedBesideIt_AreGoneOnFrom()
    {
        await using StateStore state = await StateStore.OpenAsync("memory:");
        KeyValueStore store = new(state);
        using (BlockDraft draft = state.CreateDraft(new BlockHeight(41)))
        {
            await state.CommitAsync(draft);
        }

        Assert.Equal(new BlockHeight(42), (await store.PutAsync("a"u8, "1"u8)).Height);
        await store.DisposeAsync();
        Assert.Equal(new BlockHeight(42), state.Height);
    }

    [Fact]
    public async Task TheHighestHeight_IsTheEnd()
    {
        await using StateStore state = await StateStore.OpenAsync("memory:");
        using (BlockDraft draft = state.CreateDraft(new BlockHeight(ulong.MaxValue)))
        {
            await state.CommitAsync(draft);
        }

        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => new KeyValueStore(state).PutAsync("a"u8, "1"u8));
        Assert.Contains("highest", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_WhatIsInMemory_AllocatesNothing()
    {
        await using KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await store.PutAsync("key"u8, "value"u8);
        byte[] value = new byte[16];
        Read(1_000);
        Allocations.AssertNone(() => Read(1_000));

        void Read(int times)
        {
            for (int time = 0; time < times; time++)
            {
                Assert.True(store.TryGet("key"u8, value, out int bytes) && bytes == 5);
            }
        }
    }

    [Fact]
    public async Task ClosedStore_RefusesReadsAndWrites()
    {
        KeyValueStore store = await KeyValueStore.OpenAsync("memory:");
        await store.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => store.TryGet("a"u8, [], out _));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.PutAsync("a"u8, "1"u8));
    }

    private static KeyValueBatch RandomBatch(Random random, SortedDictionary<byte[], byte[]> model)
    {
        KeyValueBatch batch = new();
        for (int left = random.Next(8); left > 0; left--)
        {
            byte[] key = [(byte)random.Next(4), (byte)random.Next(8)];
            if (random.Next(3) == 0)
            {
                batch.Delete(key);
                model.Remove(key);
            }
            else
            {
                byte[] value = new byte[random.Next(20) == 0 ? 3_000 : random.Next(40)];
                random.NextBytes(value);
                batch.Put(key, value);
                model[key] = value;
            }
        }

        return batch;
    }

    private static void AssertSame(SortedDictionary<byte[], byte[]> model, KeyValueStore store, Random random)
    {
        Assert.Equal((ulong)model.Count, store.Count);
        byte[] buffer = new byte[4_096];
        for (int question = 0; question < 10; question++)
        {
            byte[] key = [(byte)random.Next(4), (byte)random.Next(9)];
            bool present = model.TryGetValue(key, out byte[]? value);
            Assert.Equal(present, store.TryGet(key, buffer, out int bytes));
            Assert.Equal(value ?? [], buffer[..bytes]);
            Assert.Equal(value, store.Get(key));
            Assert.Equal(present, store.Contains(key));
        }

        byte[] prefix = [(byte)random.Next(4)];
        Assert.Equal(model.Where(entry => entry.Key[0] == prefix[0]).Select(entry => Text(entry.Key, entry.Value)), Texts(store.Prefix(prefix)));
    }

    private static List<string> Texts(KeyValueScan scan)
    {
        List<string> texts = [];
        foreach (KeyValueScan entry in scan)
        {
            texts.Add(Text(entry.Key, entry.Value));
        }

        return texts;
    }

    private static string Text(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) => $"{Encoding.Latin1.GetString(key)}={Encoding.Latin1.GetString(value)}";

    internal sealed record Member(string Name, int Shares);

    [JsonSerializable(typeof(Member))]
    private sealed partial class TestJson : JsonSerializerContext;
}
