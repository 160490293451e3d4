using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Cairn.Contracts.Execution;

/// <summary>
/// What executions pay for, as data. All nodes of a chain need the same one: <see cref="Id"/> tells schedules apart. Immutable; compares by its prices.
/// </summary>
public sealed partial record GasSchedule
{
    /// <summary>The highest price: times the bytes of the largest block it still fits into 64 bits.</summary>
    public const ulong MaxPrice = 1_000_000_000;

    private const int KilobyteBytes = 1024;

    /// <summary>The schedule unless another one is chosen.</summary>
    public static GasSchedule Default { get; } = new();

    /// <summary>The price of a call, a nested one too. Default: 21,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The price is above <see cref="MaxPrice"/>; so with all prices.</exception>
    public ulong CallGas { get; init => field = Checked(value); } = 21_000;

    /// <summary>The price of a byte of input: of the method's name in UTF-8 and of the encoded arguments. Default: 4.</summary>
    public ulong InputByteGas { get; init => field = Checked(value); } = 4;

    /// <summary>The price of an entry of the state that is another one after the call than it was before, or is gone. Default: 20,000.</summary>
    public ulong WriteGas { get; init => field = Checked(value); } = 20_000;

    /// <summary>The price of a byte of key and new value of such an entry. Default: 4.</summary>
    public ulong WriteByteGas { get; init => field = Checked(value); } = 4;

    /// <summary>The price of 1,024 bytes of memory, or a part of them. Default: 3.</summary>
    public ulong MemoryKilobyteGas { get; init => field = Checked(value); } = 3;

    /// <summary>What nodes compare in order to know that they charge alike: the SHA-256 of the text <c>cairn-gas-1</c> and the five prices in the order above, 8 bytes each, little-endian.</summary>
    public Hash256 Id
    {
        get
        {
            ReadOnlySpan<byte> name = "cairn-gas-1"u8;
            ulong[] prices = [CallGas, InputByteGas, WriteGas, WriteByteGas, MemoryKilobyteGas];
            Span<byte> bytes = stackalloc byte[name.Length + (prices.Length * sizeof(ulong))];
            name.CopyTo(bytes);
            for (int i = 0; i < prices.Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[(name.Length + (i * sizeof(ulong)))..], prices[i]);
            }

            return new Hash256(SHA256.HashData(bytes));
        }
    }

    /// <summary>What a call costs before it runs.</summary>
    /// <param name="inputBytes">The bytes of name and arguments.</param>
    public ulong CallCost(int inputBytes) => Sum(CallGas, InputByteGas, Count(inputBytes));

    /// <summary>What changed entries of the state cost.</summary>
    /// <param name="entries">How many they are.</param>
    /// <param name="bytes">The bytes of their keys and new values together.</param>
    public ulong WriteCost(long entries, long bytes) => Sum(Sum(0, WriteGas, Count(entries)), WriteByteGas, Count(bytes));

    /// <summary>What memory costs.</summary>
    /// <param name="bytes">How many bytes.</param>
    public ulong MemoryCost(long bytes) => Sum(0, MemoryKilobyteGas, (Count(bytes) + KilobyteBytes - 1) / KilobyteBytes);

    /// <summary>A sum that stays at the highest number instead of passing it: more than anybody has.</summary>
    private static ulong Sum(ulong fixedPrice, ulong price, ulong count) => (ulong)UInt128.Min(fixedPrice + ((UInt128)price * count), ulong.MaxValue);

    private static ulong Count(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return (ulong)count;
    }

    private static ulong Checked(ulong price, [CallerMemberName] string name = "") =>
        price <= MaxPrice ? price : throw new ArgumentOutOfRangeException(name, price, $"A price is at most {MaxPrice}.");
}
