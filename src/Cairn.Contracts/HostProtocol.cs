using System.Buffers;
using System.Buffers.Binary;

namespace Cairn.Contracts;

/// <summary>
/// The binary protocol by which a virtual machine in another process reads and writes storage: requests one way, a reply to each the other way, in order. Integers are little-endian. The tables are in <c>docs/contracts.md</c>.
/// </summary>
public static class HostProtocol
{
    /// <summary>The length of a request to read.</summary>
    public const int ReadRequestBytes = 62;

    /// <summary>The length of a request to write, without the bytes to write.</summary>
    public const int WriteRequestBytes = 41;

    /// <summary>The most bytes that one request may read or write, 16 MiB.</summary>
    public const int MaxTransferBytes = 16 * 1024 * 1024;

    private const int ModeOffset = 1;
    private const int ContractOffset = 2;
    private const int ReadSlotOffset = 22;
    private const int WriteSlotOffset = 1;

    /// <summary>Takes a request from what has arrived.</summary>
    /// <param name="input">The bytes that have arrived, beginning with a request.</param>
    /// <param name="request">The request. Refers to <paramref name="input"/>.</param>
    /// <param name="consumed">How many bytes it takes; 0 when it is not all there.</param>
    /// <returns>Whether the request is all there.</returns>
    /// <exception cref="HostProtocolException">The bytes are no request.</exception>
    public static bool TryReadRequest(ReadOnlySpan<byte> input, out HostRequest request, out int consumed)
    {
        request = default;
        consumed = 0;
        return !input.IsEmpty && (HostMethod)input[0] switch
        {
            HostMethod.StorageRead => TryReadRead(input, out request, out consumed),
            HostMethod.StorageWrite => TryReadWrite(input, out request, out consumed),
            _ => throw new HostProtocolException($"there is no method {input[0]}"),
        };
    }

    /// <summary>Writes a request to read.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="mode">Which state.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">The offset in the slot.</param>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative or above <see cref="MaxTransferBytes"/>.</exception>
    public static void WriteReadRequest(IBufferWriter<byte> output, ReadMode mode, Address contract, SlotId slot, uint offset, int length)
    {
        ArgumentNullException.ThrowIfNull(output);
        ThrowIfTooLong(length);
        Span<byte> request = output.GetSpan(ReadRequestBytes);
        request[0] = (byte)HostMethod.StorageRead;
        request[ModeOffset] = (byte)mode;
        contract.CopyTo(request[ContractOffset..]);
        WritePlace(request[ReadSlotOffset..], slot, offset, length);
        output.Advance(ReadRequestBytes);
    }

    /// <summary>Writes a request to write.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">The offset in the slot.</param>
    /// <param name="data">The bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more than <see cref="MaxTransferBytes"/>.</exception>
    public static void WriteWriteRequest(IBufferWriter<byte> output, SlotId slot, uint offset, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(output);
        ThrowIfTooLong(data.Length);
        Span<byte> request = output.GetSpan(WriteRequestBytes);
        request[0] = (byte)HostMethod.StorageWrite;
        WritePlace(request[WriteSlotOffset..], slot, offset, data.Length);
        output.Advance(WriteRequestBytes);
        output.Write(data);
    }

    /// <summary>Takes the reply to a request from what has arrived.</summary>
    /// <param name="input">The bytes that have arrived, beginning with the reply.</param>
    /// <param name="length">How many bytes were asked for; 0 for a write.</param>
    /// <param name="error">How it went.</param>
    /// <param name="data">The bytes that were read. Refers to <paramref name="input"/>.</param>
    /// <param name="consumed">How many bytes the reply takes; 0 when it is not all there.</param>
    /// <returns>Whether the reply is all there.</returns>
    /// <exception cref="HostProtocolException">The bytes are no reply.</exception>
    public static bool TryReadReply(ReadOnlySpan<byte> input, int length, out HostError error, out ReadOnlySpan<byte> data, out int consumed)
    {
        error = HostError.None;
        data = default;
        consumed = 0;
        if (input.IsEmpty)
        {
            return false;
        }

        error = (HostError)input[0];
        if (error > HostError.OutOfStorage)
        {
            throw new HostProtocolException($"there is no error {input[0]}");
        }

        int bytes = 1 + (error == HostError.None ? length : 0);
        if (input.Length < bytes)
        {
            return false;
        }

        data = input[1..bytes];
        consumed = bytes;
        return true;
    }

    private static bool TryReadRead(ReadOnlySpan<byte> input, out HostRequest request, out int consumed)
    {
        request = default;
        consumed = 0;
        if (input.Length < ReadRequestBytes)
        {
            return false;
        }

        if (input[ModeOffset] > (byte)ReadMode.LatestDecided)
        {
            throw new HostProtocolException($"there is no read mode {input[ModeOffset]}");
        }

        ReadOnlySpan<byte> place = input[ReadSlotOffset..];
        consumed = ReadRequestBytes;
        request = new HostRequest
        {
            Method = HostMethod.StorageRead,
            Mode = (ReadMode)input[ModeOffset],
            Contract = new Address(input.Slice(ContractOffset, Address.SizeBytes)),
            Slot = new SlotId(place[..SlotId.SizeBytes]),
            Offset = BinaryPrimitives.ReadUInt32LittleEndian(place[SlotId.SizeBytes..]),
            Length = ReadLength(place),
        };
        return true;
    }

    private static bool TryReadWrite(ReadOnlySpan<byte> input, out HostRequest request, out int consumed)
    {
        request = default;
        consumed = 0;
        if (input.Length < WriteRequestBytes)
        {
            return false;
        }

        ReadOnlySpan<byte> place = input[WriteSlotOffset..];
        int length = ReadLength(place);
        if (input.Length - WriteRequestBytes < length)
        {
            return false;
        }

        consumed = WriteRequestBytes + length;
        request = new HostRequest
        {
            Method = HostMethod.StorageWrite,
            Slot = new SlotId(place[..SlotId.SizeBytes]),
            Offset = BinaryPrimitives.ReadUInt32LittleEndian(place[SlotId.SizeBytes..]),
            Length = length,
            Data = input[WriteRequestBytes..consumed],
        };
        return true;
    }

    private static int ReadLength(ReadOnlySpan<byte> place)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(place[(SlotId.SizeBytes + sizeof(uint))..]);
        return length <= MaxTransferBytes ? (int)length : throw new HostProtocolException($"{length} bytes are more than the {MaxTransferBytes} of one request");
    }

    private static void WritePlace(Span<byte> place, SlotId slot, uint offset, int length)
    {
        slot.CopyTo(place);
        BinaryPrimitives.WriteUInt32LittleEndian(place[SlotId.SizeBytes..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(place[(SlotId.SizeBytes + sizeof(uint))..], (uint)length);
    }

    private static void ThrowIfTooLong(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxTransferBytes);
    }
}
