using System.Buffers.Binary;
using Cairn.Contracts.Registry;

namespace Cairn.Contracts.Execution;

/// <summary>Where executions are in the local tree: see <c>docs/format.md</c>, "Executions".</summary>
internal static class ExecutionKeys
{
    /// <summary>The first byte of all of them.</summary>
    public const byte First = 0x04;

    /// <summary>The records, in the order of the history.</summary>
    public const byte Records = 0x01;

    /// <summary>Where the records of a contract are.</summary>
    public const byte Contracts = 0x02;

    /// <summary>Where the record of an id is.</summary>
    public const byte Ids = 0x03;

    /// <summary>The totals of each contract.</summary>
    public const byte Totals = 0x04;

    /// <summary>The number of the next insertion.</summary>
    public const byte Next = 0x05;

    /// <summary>The archives.</summary>
    public const byte Archives = 0x06;

    /// <summary>What all keys begin with: the first byte and one of those above.</summary>
    public const int PrefixBytes = 2;

    /// <summary>The bytes of a position.</summary>
    public const int PositionBytes = sizeof(long) + sizeof(ulong);

    /// <summary>The longest key.</summary>
    public const int MaxBytes = PrefixBytes + sizeof(ushort) + ContractId.MaxBytes + PositionBytes;

    /// <summary>The key of the number of the next insertion.</summary>
    public static ReadOnlySpan<byte> NextKey => [First, Next];

    /// <summary>What the keys of all records begin with.</summary>
    public static ReadOnlySpan<byte> RecordsPrefix => [First, Records];

    /// <summary>What the keys of all archives begin with.</summary>
    public static ReadOnlySpan<byte> ArchivesPrefix => [First, Archives];

    /// <summary>Writes the key of a record.</summary>
    public static ReadOnlySpan<byte> Record(HistoryPosition position, Span<byte> destination)
    {
        Prefix(Records, destination);
        return destination[..(PrefixBytes + WritePosition(position, destination[PrefixBytes..]))];
    }

    /// <summary>Writes what the keys of a contract begin with.</summary>
    public static ReadOnlySpan<byte> Contract(ReadOnlySpan<byte> contract, Span<byte> destination)
    {
        Prefix(Contracts, destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[PrefixBytes..], (ushort)contract.Length);
        contract.CopyTo(destination[(PrefixBytes + sizeof(ushort))..]);
        return destination[..(PrefixBytes + sizeof(ushort) + contract.Length)];
    }

    /// <summary>Writes the key that says that a contract has a record at a position.</summary>
    public static ReadOnlySpan<byte> ContractRecord(ReadOnlySpan<byte> contract, HistoryPosition position, Span<byte> destination)
    {
        int length = Contract(contract, destination).Length;
        return destination[..(length + WritePosition(position, destination[length..]))];
    }

    /// <summary>Writes the key of an id.</summary>
    public static ReadOnlySpan<byte> Id(ReadOnlySpan<byte> id, Span<byte> destination) => Named(Ids, id, destination);

    /// <summary>Writes the key of the totals of a contract.</summary>
    public static ReadOnlySpan<byte> TotalsOf(ReadOnlySpan<byte> contract, Span<byte> destination) => Named(Totals, contract, destination);

    /// <summary>Writes a position so that the order of bytes is that of the history: the newest first.</summary>
    public static int WritePosition(HistoryPosition position, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, OrderOf(position.TimeTicks));
        BinaryPrimitives.WriteUInt64BigEndian(destination[sizeof(ulong)..], position.Sequence);
        return PositionBytes;
    }

    /// <summary>Reads a position.</summary>
    public static HistoryPosition ReadPosition(ReadOnlySpan<byte> source) =>
        new(TicksOf(BinaryPrimitives.ReadUInt64BigEndian(source)), BinaryPrimitives.ReadUInt64BigEndian(source[sizeof(ulong)..]));

    /// <summary>A number that grows as the time goes back.</summary>
    public static ulong OrderOf(long timeTicks) => ~((ulong)timeTicks ^ (1UL << 63));

    private static long TicksOf(ulong order) => (long)(~order ^ (1UL << 63));

    private static ReadOnlySpan<byte> Named(byte kind, ReadOnlySpan<byte> name, Span<byte> destination)
    {
        Prefix(kind, destination);
        name.CopyTo(destination[PrefixBytes..]);
        return destination[..(PrefixBytes + name.Length)];
    }

    private static void Prefix(byte kind, Span<byte> destination)
    {
        destination[0] = First;
        destination[1] = kind;
    }
}
