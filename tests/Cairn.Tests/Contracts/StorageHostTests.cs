using System.Buffers;
using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>Read modes, and the host protocol byte for byte.</summary>
public sealed class StorageHostTests
{
    private static readonly Address Contract = Address.Parse("0x5b38da6a701c568545dcfcb03fcb875f56beddc4");
    private static readonly SlotId Slot = SlotId.Root.Indirect(2);

    [Fact]
    public async Task ReadModes_AreTheStatesTheyName()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        await CommitAsync(store, 0, 1);
        await CommitAsync(store, 7, 2);
        using BlockDraft draft = store.CreateDraft(new BlockHeight(9));
        StorageSession session = new(draft);
        session.Open(Contract).Write(Slot, 0, [3]);
        using (StorageHost early = new(store, session, Contract))
        {
            Assert.Equal(HostError.Absent, early.Read(ReadMode.LatestFinalized, Contract, Slot, 0, new byte[1]));
        }

        await store.FinalizeAsync(new BlockHeight(0));
        using StorageHost host = new(store, session, Contract);
        Assert.Equal((3, 1, 2), (Read(host, ReadMode.Current), Read(host, ReadMode.LatestFinalized), Read(host, ReadMode.LatestDecided)));
        Assert.Equal(HostError.None, host.Write(Slot, 0, [4]));
        session.Flush();
        await store.CommitAsync(draft);
        await store.FinalizeAsync(new BlockHeight(9));
        Assert.Equal((1, 2), (Read(host, ReadMode.LatestFinalized), Read(host, ReadMode.LatestDecided)));
        using StorageHost next = new(store, session, Contract);
        Assert.Equal((4, 4), (Read(next, ReadMode.LatestFinalized), Read(next, ReadMode.LatestDecided)));
    }

    [Fact]
    public async Task Requests_AndReplies_AreByteForByte()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        StorageSession session = new(draft) { PageLimit = 1 };
        using StorageHost host = new(store, session, Contract);
        ArrayBufferWriter<byte> requests = new();
        HostProtocol.WriteWriteRequest(requests, Slot, 5, [0xAA, 0xBB]);
        HostProtocol.WriteReadRequest(requests, ReadMode.Current, Contract, Slot, 4, 4);
        HostProtocol.WriteReadRequest(requests, ReadMode.LatestFinalized, Contract, Slot, 0, 4);
        HostProtocol.WriteWriteRequest(requests, Slot, 100, [1]);
        HostProtocol.WriteWriteRequest(requests, Slot, uint.MaxValue, [1]);
        HostProtocol.WriteReadRequest(requests, ReadMode.Current, Contract, Slot, uint.MaxValue, 2);
        string contract = Convert.ToHexStringLower(Contract.ToArray());
        Assert.Equal(
            $"02{Slot}0500000002000000aabb" + $"0100{contract}{Slot}0400000004000000" + $"0101{contract}{Slot}0000000004000000"
            + $"02{Slot}640000000100000001" + $"02{Slot}ffffffff0100000001" + $"0100{contract}{Slot}ffffffff02000000",
            Convert.ToHexStringLower(requests.WrittenSpan));
        ArrayBufferWriter<byte> replies = new();
        Assert.Equal(requests.WrittenCount, host.Serve(requests.WrittenSpan, replies));
        Assert.Equal("00" + "0000aabb00" + "01" + "04" + "02" + "02", Convert.ToHexStringLower(replies.WrittenSpan));
        Assert.True(HostProtocol.TryReadReply(replies.WrittenSpan[1..], 4, out HostError error, out ReadOnlySpan<byte> data, out int consumed));
        Assert.Equal((HostError.None, "00aabb00", 5), (error, Convert.ToHexStringLower(data), consumed));
        Assert.True(HostProtocol.TryReadReply(replies.WrittenSpan[6..], 4, out error, out _, out consumed));
        Assert.Equal((HostError.Absent, 1), (error, consumed));
    }

    [Fact]
    public async Task Requests_InPieces_WaitForTheRest()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        using StorageHost host = new(store, new StorageSession(draft), Contract);
        ArrayBufferWriter<byte> requests = new();
        HostProtocol.WriteWriteRequest(requests, Slot, 0, [1, 2, 3]);
        HostProtocol.WriteReadRequest(requests, ReadMode.Current, Contract, Slot, 0, 3);
        int first = HostProtocol.WriteRequestBytes + 3;
        for (int length = 0; length <= requests.WrittenCount; length++)
        {
            ArrayBufferWriter<byte> replies = new();
            int expected = length < first ? 0 : length < requests.WrittenCount ? first : length;
            Assert.Equal(expected, host.Serve(requests.WrittenSpan[..length], replies));
            Assert.Equal(expected == 0 ? 0 : expected == first ? 1 : 5, replies.WrittenCount);
        }

        Assert.False(HostProtocol.TryReadReply([], 3, out _, out _, out _));
        Assert.False(HostProtocol.TryReadReply([0, 1, 2], 3, out _, out _, out int consumed));
        Assert.Equal(0, consumed);
    }

    [Fact]
    public async Task Access_AndLocks_AreForbidden()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        StorageSession session = new(draft);
        using StorageHost reader = new(store, session, Contract, StorageAccess.ReadOnly);
        Assert.Equal((HostError.None, HostError.Forbidden), (reader.Read(ReadMode.Current, Contract, Slot, 0, new byte[1]), reader.Write(Slot, 0, [1])));
        using StorageHost nobody = new(store, session, Contract, StorageAccess.None);
        Assert.Equal((HostError.Forbidden, HostError.Forbidden), (nobody.Read(ReadMode.LatestDecided, Contract, Slot, 0, new byte[1]), nobody.Write(Slot, 0, [1])));
        SlotStorage storage = session.Open(Contract);
        new RootRecord(storage).LockDefault();
        storage.ApplyLocks(Contract);
        using StorageHost host = new(store, session, Contract);
        Assert.Equal((HostError.Forbidden, HostError.None), (host.Write(SlotId.Root, 0, [1]), host.Write(SlotId.Root.Indirect(0), 0, [1])));
    }

    [Fact]
    public async Task HostileBytes_AreRefusedOrAnswered()
    {
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        using StorageHost host = new(store, new StorageSession(draft), Contract);
        SeededRandom.ForEach(2000, random =>
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 62 && random.Next(4) > 0)
            {
                (bytes[0], bytes[1]) = ((byte)random.Next(4), (byte)random.Next(4));
                bytes[random.Next(2) == 0 ? 61 : 40] = 0;
                bytes[random.Next(2) == 0 ? 60 : 39] = 0;
            }

            Exception? thrown = Record.Exception(() => host.Serve(bytes, new ArrayBufferWriter<byte>()));
            Assert.True(thrown is null or HostProtocolException, thrown?.ToString());
        });
        Assert.Throws<HostProtocolException>(() => HostProtocol.TryReadReply([5], 1, out _, out _, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => HostProtocol.WriteReadRequest(new ArrayBufferWriter<byte>(), ReadMode.Current, Contract, Slot, 0, HostProtocol.MaxTransferBytes + 1));
    }

    private static byte Read(StorageHost host, ReadMode mode)
    {
        byte[] value = new byte[1];
        Assert.Equal(HostError.None, host.Read(mode, Contract, Slot, 0, value));
        return value[0];
    }

    private static async Task CommitAsync(StateStore store, ulong height, byte value)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(height));
        StorageSession session = new(draft);
        session.Open(Contract).Write(Slot, 0, [value]);
        session.Flush();
        await store.CommitAsync(draft);
    }
}
