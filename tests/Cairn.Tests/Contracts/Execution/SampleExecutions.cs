using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>Records for tests.</summary>
internal static class SampleExecutions
{
    /// <summary>Ids that are prefixes of each other, an address, bytes of both ends.</summary>
    public static ContractId[] Contracts { get; } =
    [
        ContractId.FromText("a"), ContractId.FromText("a:b"), ContractId.FromText("a:b:c"), Address.Parse("0x00000000000000000000000000000000000000aa"),
        new ContractId([0]), new ContractId([0, 0]), new ContractId([0xff, 0xff]), new ContractId(Enumerable.Repeat((byte)0xff, ContractId.MaxBytes).ToArray()),
    ];

    public static ExecutionRecord Full { get; } = new()
    {
        Id = ExecutionId.FromText("tx-1/0"),
        Contract = ContractId.FromText("a:b"),
        Function = "übertragen",
        Caller = Address.Parse("0x0102030405060708090a0b0c0d0e0f1011121314"),
        Height = new BlockHeight(0x0102030405060708),
        TimeTicks = 17_000_000_000_000_001,
        Duration = TimeSpan.FromTicks(12_345),
        GasUsed = 21_068,
        IsSuccess = false,
        Error = "out of gas",
    };

    /// <summary>A record that is one of few in id, contract and time, so that records meet.</summary>
    public static ExecutionRecord Next(Random random, int ids = 60, int times = 12) => new()
    {
        Id = ExecutionId.FromText($"id-{random.Next(ids)}"),
        Contract = Contracts[random.Next(Contracts.Length)],
        Function = random.Next(3) == 0 ? "" : $"f{random.Next(4)}",
        Caller = random.Next(2) == 0 ? default : Address.Parse("0x0102030405060708090a0b0c0d0e0f1011121314"),
        Height = new BlockHeight((ulong)random.Next(100)),
        TimeTicks = random.Next(20) switch { 0 => long.MaxValue, 1 => long.MinValue, 2 => -5, _ => random.Next(times) },
        Duration = random.Next(20) == 0 ? TimeSpan.MaxValue : TimeSpan.FromTicks(random.Next(1000)),
        GasUsed = random.Next(20) == 0 ? ulong.MaxValue : (ulong)random.Next(100_000),
        IsSuccess = random.Next(3) != 0,
        Error = random.Next(3) == 0 ? new string('e', random.Next(ExecutionRecord.MaxErrorBytes)) : null,
    };
}
