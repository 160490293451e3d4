using System.Buffers.Binary;
using Cairn.Benchmarks.Engines;

namespace Cairn.Benchmarks.Workloads;

/// <summary>
/// The keys and values of the workload, each a function of the seed and a number: a key is a 20-byte contract, drawn by Zipf's law from 10,000, and a 32-byte hash; a value has 32 bytes, that of every fifth key 100.
/// Immutable; safe for any thread.
/// </summary>
internal sealed class KeySpace
{
    /// <summary>How many contracts there are.</summary>
    public const int ContractCount = 10_000;

    /// <summary>The length of a contract.</summary>
    public const int ContractBytes = 20;

    /// <summary>The length of a key.</summary>
    public const int KeyBytes = ContractBytes + Hash256.SizeBytes;

    /// <summary>The length of the longest value.</summary>
    public const int MaxValueBytes = 100;

    private const int ShortValueBytes = 32;
    private const ulong LongValueEvery = 5;
    private const ulong ContractStream = 1UL << 62;
    private const ulong ValueStream = 1UL << 63;

    /// <summary>Added to the number of a key that was never put.</summary>
    private const ulong AbsentFrom = 1UL << 48;

    private readonly ulong _seed;
    private readonly byte[] _contracts = new byte[ContractCount * ContractBytes];
    private readonly ZipfSampler _ranks = new(ContractCount);

    /// <summary>Makes the keys of a seed.</summary>
    public KeySpace(ulong seed)
    {
        _seed = seed;
        ulong state = Mixing.Stream(seed, ContractStream);
        Fill(_contracts, ref state);
    }

    /// <summary>A contract; rank 0 has the most keys.</summary>
    public ReadOnlySpan<byte> Contract(int rank) => _contracts.AsSpan(rank * ContractBytes, ContractBytes);

    /// <summary>Writes a key.</summary>
    public void WriteKey(ulong number, Span<byte> key)
    {
        ulong state = Mixing.Stream(_seed, number);
        Contract(_ranks.Next(ref state)).CopyTo(key);
        Fill(key[ContractBytes..KeyBytes], ref state);
    }

    /// <summary>Writes a key that is in no state.</summary>
    public void WriteAbsentKey(ulong number, Span<byte> key) => WriteKey(number + AbsentFrom, key);

    /// <summary>Writes the value that a key has at a version. Its length is the same at all versions.</summary>
    /// <returns>Its length.</returns>
    public int WriteValue(ulong number, ulong version, Span<byte> value)
    {
        int length = ValueLength(number);
        ulong state = Mixing.Stream(_seed ^ ValueStream ^ version, number);
        Fill(value[..length], ref state);
        return length;
    }

    /// <summary>The length of the value of a key.</summary>
    public static int ValueLength(ulong number) => number % LongValueEvery == 0 ? MaxValueBytes : ShortValueBytes;

    /// <summary>The numbers below a count in the order of their keys.</summary>
    public int[] SortedNumbers(int count)
    {
        (ulong Contract, ulong Hash)[] heads = new (ulong, ulong)[count];
        int[] numbers = new int[count];
        Span<byte> key = stackalloc byte[KeyBytes];
        for (int number = 0; number < count; number++)
        {
            WriteKey((ulong)number, key);
            heads[number] = (BinaryPrimitives.ReadUInt64BigEndian(key), BinaryPrimitives.ReadUInt64BigEndian(key[ContractBytes..]));
            numbers[number] = number;
        }

        // Sixteen random bytes tell the keys apart; two that they do not would be one place out of order.
        Array.Sort(heads, numbers);
        return numbers;
    }

    /// <summary>What scans come upon where the keys of the lowest numbers have the values of one version.</summary>
    /// <param name="count">How many keys.</param>
    /// <param name="version">The version.</param>
    /// <param name="contracts">Counts their keys alone; none, or one empty prefix, for all.</param>
    public ScanSum Sum(ulong count, ulong version, params ReadOnlySpan<byte[]> contracts)
    {
        HashSet<UInt128> wanted = [];
        foreach (byte[] contract in contracts)
        {
            if (contract.Length > 0)
            {
                wanted.Add(BinaryPrimitives.ReadUInt128BigEndian(contract));
            }
        }

        ScanSum sum = default;
        Span<byte> key = stackalloc byte[KeyBytes];
        Span<byte> value = stackalloc byte[MaxValueBytes];
        for (ulong number = 0; number < count; number++)
        {
            WriteKey(number, key);
            if (wanted.Count == 0 || wanted.Contains(BinaryPrimitives.ReadUInt128BigEndian(key)))
            {
                sum = sum.With(key, value[..WriteValue(number, version, value)]);
            }
        }

        return sum;
    }

    private static void Fill(Span<byte> bytes, ref ulong state)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Mixing.Next(ref state));
        }

        ulong last = Mixing.Next(ref state);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(last >> (8 * i));
        }
    }
}
