using System.Buffers.Binary;
using System.Diagnostics;
using Cairn.Benchmarks.Results;
using Cairn.Contracts;

namespace Cairn.Benchmarks.Parts;

/// <summary>
/// What contract storage costs: reading and writing bytes that an execution has touched, typed fields, maps and lists, the hash behind slot ids; then <see cref="ChunkParts"/>. Each row is the time of one operation, of loops of many.
/// </summary>
internal static class SlotParts
{
    private const string Table = "contract storage, time of an operation";
    private const int HotOperations = 2_000_000;
    private const int MapOperations = 100_000;
    private const int MapEntries = 10_000;
    private const int Rounds = 6;
    private const int RoundsToForget = 3;
    private static readonly Address AccessorContract = Address.Parse("0x00000000000000000000000000000000000000ab");
    private static readonly StorageCodec<StorageMap<Address, UInt256>> Balances = StorageCodecs.Map(StorageCodecs.Address, StorageCodecs.UInt256);
    private static readonly StorageCodec<StorageMap<string, ulong>> Names = StorageCodecs.Map(StorageCodecs.Text, StorageCodecs.UInt64);
    private static readonly StorageCodec<StorageList<ulong>> Items = StorageCodecs.List(StorageCodecs.UInt64);

    /// <summary>Measures.</summary>
    public static Task RunAsync(BenchmarkOptions options) => PartsRun.RunAsync(options, async (settings, directory, figures) =>
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        SlotStorage storage = new StorageSession(draft).Open(Address.Parse("0x00000000000000000000000000000000000000aa"));
        Figures.Column time = figures.In(Table, "time");
        Figures.Column allocated = figures.In("contract storage, allocated an operation", "bytes");
        for (int round = 0; round < Rounds; round++)
        {
            bool counts = round >= RoundsToForget;
            Bytes(storage, counts ? time : null, allocated);
            Fields(storage.Instance, counts ? time : null, allocated);
            AccessorParts.Measure(HotContract.Open(storage.Session.Open(AccessorContract)), counts ? time : null, allocated);
            Containers(storage.Instance.At(1000), counts ? time : null, allocated);
        }

        Hashes(time);
        await ChunkParts.MeasureAsync(settings, directory, figures);
    });

    private static void Bytes(SlotStorage storage, Figures.Column? time, Figures.Column allocated)
    {
        byte[] word = new byte[32];
        SlotId slot = SlotId.Root.Indirect(1);
        Measure("read 32 bytes by slot id", HotOperations, time, allocated, i => storage.Read(slot, (uint)(32 * (i & 63)), word));
        Measure("write 32 bytes by slot id", HotOperations, time, allocated, i =>
        {
            word[0] = (byte)i;
            storage.Write(slot, (uint)(32 * (i & 63)), word);
        });
        Measure("write 32 bytes in a scope of its own", HotOperations, time, allocated, i =>
        {
            using StorageScope scope = storage.Session.BeginScope();
            storage.Write(slot, (uint)(32 * (i & 63)), word);
            scope.Release();
        });
    }

    private static void Fields(StoragePlace place, Figures.Column? time, Figures.Column allocated)
    {
        UInt256 sum = default;
        Measure("read a field u256", HotOperations, time, allocated, _ => sum += StorageCodecs.UInt256.Read(place.At(4)));
        Measure("write a field u256", HotOperations, time, allocated, i => StorageCodecs.UInt256.Write(place.At(4), (uint)i));
        Measure("read a field u64", HotOperations, time, allocated, _ => sum += StorageCodecs.UInt64.Read(place.At(40)));
        Measure("write a field u64", HotOperations, time, allocated, i => StorageCodecs.UInt64.Write(place.At(40), (ulong)i));
        StorageCodecs.Text.Write(place.At(48), "a name of some length");
        Measure("read a field str, 21 characters", HotOperations / 10, time, allocated, _ => sum += (uint)StorageCodecs.Text.Read(place.At(48)).Length);
        Measure("write a field str, 21 characters", HotOperations / 10, time, allocated, i => StorageCodecs.Text.Write(place.At(48), (i & 1) == 0 ? "a name of some length" : "another name as long "));
        GC.KeepAlive(sum);
    }

    private static void Containers(StoragePlace place, Figures.Column? time, Figures.Column allocated)
    {
        StorageMap<Address, UInt256> balances = Balances.Read(place);
        Address[] owners = [.. Enumerable.Range(0, MapEntries).Select(OwnerOf)];
        Measure("add to a map of addresses, growing to 10,000", MapEntries, time, allocated, i => balances[owners[i]] = (uint)i);
        Measure("get from a map of 10,000 addresses", MapOperations, time, allocated, i => balances.TryGetValue(owners[(int)(i * 7919L % MapEntries)], out _));
        Measure("set in a map of 10,000 addresses", MapOperations, time, allocated, i => balances[owners[(int)(i * 7919L % MapEntries)]] = (uint)i);
        StorageMap<string, ulong> names = Names.Read(place.At(100));
        string[] keys = [.. Enumerable.Range(0, MapEntries).Select(i => $"account-{i * 7919L % MapEntries}")];
        Measure("add to a map of texts, growing to 10,000", MapEntries, time, allocated, i => names[keys[i]] = (ulong)i);
        Measure("get from a map of 10,000 texts", MapOperations, time, allocated, i => names.TryGetValue(keys[i % MapEntries], out _));
        StorageList<ulong> items = Items.Read(place.At(200));
        Measure("add to a list", MapOperations, time, allocated, i => items.Add((ulong)i));
        Measure("get from a list", HotOperations, time, allocated, i => _ = items[i % MapOperations]);
        balances.Clear();
        names.Clear();
        items.Clear();
    }

    private static void Hashes(Figures.Column time)
    {
        SlotId slot = SlotId.Root;
        byte[] message = new byte[36];
        byte[] hash = new byte[32];
        for (int round = 0; round < Rounds; round++)
        {
            Measure("derive a slot id", MapOperations, time, allocated: null, i => slot = slot.Indirect((uint)i));
            Measure("derive a slot id without help of the platform", MapOperations, time, allocated: null, _ => Sha3.HashManaged(message, hash));
        }
    }

    /// <summary>Runs an operation many times, and adds the time and the memory of one.</summary>
    internal static void Measure(string name, int operations, Figures.Column? time, Figures.Column? allocated, Action<int> operation)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < operations; i++)
        {
            operation(i);
        }

        TimeSpan passed = Stopwatch.GetElapsedTime(started);
        if (time is not { } column)
        {
            return;
        }

        column.Add(name, "ns", passed.TotalNanoseconds / operations);
        allocated?.Add(name, "B", (double)(GC.GetAllocatedBytesForCurrentThread() - bytes) / operations);
    }

    private static Address OwnerOf(int number)
    {
        Span<byte> bytes = stackalloc byte[Address.SizeBytes];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)number * 0x9E3779B97F4A7C15);
        return new Address(bytes);
    }
}
