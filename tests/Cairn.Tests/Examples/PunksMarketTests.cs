using System.Globalization;
using System.Numerics;
using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Examples.Punks;
using Cairn.Proofs;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Examples;

/// <summary>
/// The sales of three years in a typed contract, counted again here without it. The file lies beside the checkout; without it these tests skip.
/// </summary>
public sealed class PunksMarketTests
{
    /// <summary>The root after the last sale of the file, whatever the home.</summary>
    public const string LastRoot = "4f02e20935cff2f6b4e8b5ec5e49c8296241b5eab35b07858c440fedebc62512";

    /// <summary>A punk that was sold five times.</summary>
    private const ushort Often = 1146;

    /// <summary>One that never was, in the same entry of the state.</summary>
    private const ushort Never = 1147;

    /// <summary>One whose entry of the state is absent: none of the four punks in it was ever sold.</summary>
    private const ushort Untouched = 401;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Csv => SharedData.PathOf("cryptopunks-sales-2017-2019.csv");

    [Fact]
    public async Task Import_OfAllSales_GivesTheTotalsOfTheFile()
    {
        string[][] lines = Lines(Csv);
        await using StateStore store = await StateStore.OpenAsync("memory:", new StateStoreOptions { RetainAll = true }, Cancel);
        int blocks = await MarketImport.RunAsync(store, SalesFile.Read(Csv), Cancel);
        Assert.Equal(lines.Select(line => line[0]).Distinct().Count(), blocks);
        Assert.Equal(LastRoot, store.Root.ToString());
        using StateView view = store.OpenView();
        CheckAll(view, lines);
        CheckExecutions(view, lines);
    }

    [Fact]
    public async Task History_AtThreeHeights_IsThatOfTheFile()
    {
        string[][] lines = Lines(Csv);
        await using StateStore store = await StateStore.OpenAsync("memory:", new StateStoreOptions { RetainAll = true }, Cancel);
        await MarketImport.RunAsync(store, SalesFile.Read(Csv), Cancel);
        string[][] sales = [.. lines.Where(line => line[2] == $"{Often}")];
        Assert.Equal(5, sales.Length);

        // Just before the second sale, at the third one, and in the long gap behind it.
        foreach (ulong height in new[] { ulong.Parse(sales[1][0]) - 1, ulong.Parse(sales[2][0]), 5_000_000UL })
        {
            string[][] until = [.. lines.Where(line => ulong.Parse(line[0]) <= height)];
            string[] last = until.Last(line => line[2] == $"{Often}");
            using StateView view = store.ViewAt(new BlockHeight(height));
            Assert.Equal(until[^1][0], view.Height.ToString());
            Assert.Equal(Ticks(until[^1][1]), view.TimeTicks);
            Punk punk = MarketOf(view).Punks[Often];
            using ContractExecutor executor = new(store, MarketImport.Programs());
            Assert.Equal(punk.Owner, executor.Query(view, Market.At(Market.Address).OwnerOf(Often)).Value);
            Assert.Equal((last[5], last[4], last[3]), (punk.Owner.ToString(), punk.Seller.ToString(), punk.Price.ToString(CultureInfo.InvariantCulture)));
            CheckAll(view, until);
            CheckProof(view, Often, last[5]);
        }
    }

    [Theory]
    [InlineData("dir:")]
    [InlineData("jsonl:")]
    public async Task Import_InAnotherHome_InterruptedAndGoneOn_HasTheSameRoot(string home)
    {
        Sale[] sales = [.. SalesFile.Read(Csv)];
        SimulatedFileSystem files = new();
        StateStoreOptions options = new() { FileSystem = files, RetainAll = true, ReserveBytes = 0 };
        await using (StateStore store = await StateStore.OpenAsync($"{home}/punks", options, Cancel))
        {
            await MarketImport.RunAsync(store, sales.Take(1_000), Cancel);
        }

        // Closed once; then the machine stops, and opening has to replay the log.
        StateStore stopped = await StateStore.OpenAsync($"{home}/punks", options, Cancel);
        int blocks = await MarketImport.RunAsync(stopped, sales.Take(2_000), Cancel);
        Assert.InRange(blocks, 500, 1_000);
        SimulatedFileSystem left = files.Crash(seed: 0);
        files.Stop();
        await Assert.ThrowsAnyAsync<Exception>(async () => await stopped.DisposeAsync());
        await using StateStore again = await StateStore.OpenAsync($"{home}/punks", options with { FileSystem = left }, Cancel);
        Assert.True(again.Recovery.BlocksReplayed >= blocks);
        Assert.Equal(sales[1_999].Height, again.Height);
        await MarketImport.RunAsync(again, sales, Cancel);
        Assert.Equal(LastRoot, again.Root.ToString());
        using StateView view = again.ViewAt(sales[999].Height);
        CheckAll(view, [.. Lines(Csv).Where(line => ulong.Parse(line[0]) <= sales[999].Height.Value)]);
    }

    [Fact]
    public async Task Proof_OfAnOwner_IsCheckedWithoutTheStore()
    {
        string[][] lines = Lines(Csv);
        Hash256 root;
        byte[] sold;
        byte[] never;
        byte[] absent;
        await using (StateStore store = await StateStore.OpenAsync("memory:", cancellationToken: Cancel))
        {
            await MarketImport.RunAsync(store, SalesFile.Read(Csv), Cancel);
            using StateView view = store.OpenView();
            root = view.Root;
            (sold, never, absent) = (PunkProof.Make(view, Often), PunkProof.Make(view, Never), PunkProof.Make(view, Untouched));
        }

        Assert.DoesNotContain(lines, line => line[2] == $"{Never}" || ushort.Parse(line[2]) / 4 == Untouched / 4);
        Assert.True(PunkProof.Verify(root, sold, Often, out Punk? punk).IsVerified);
        Assert.Equal(lines.Last(line => line[2] == $"{Often}")[5], punk!.Owner.ToString());
        Assert.Equal(5UL, punk.Sales);
        Assert.True(PunkProof.Verify(root, never, Never, out punk).IsVerified);
        Assert.Equal((0UL, Address.Zero), (punk!.Sales, punk.Owner));
        Assert.True(PunkProof.Verify(root, absent, Untouched, out punk).IsVerified);
        Assert.Equal(0UL, punk!.Sales);

        // The wrong punk, another root, changed bytes, and what is no proof at all.
        Assert.Equal(ProofOutcome.WrongKey, PunkProof.Verify(root, sold, 4_000, out punk).Outcome);
        Assert.Null(punk);
        Assert.Equal(ProofOutcome.WrongRoot, PunkProof.Verify(Hash256.EmptyRoot, sold, Often, out punk).Outcome);
        Assert.Null(punk);
        Assert.False(PunkProof.Verify(root, "no proof"u8, Often, out punk).IsVerified);
        for (int at = 0; at < sold.Length; at++)
        {
            byte[] changed = [.. sold];
            changed[at] ^= 1;
            Assert.False(PunkProof.Verify(root, changed, Often, out punk).IsVerified);
            Assert.Null(punk);
        }
    }

    /// <summary>Compares all that the contract holds with a count of the lines that knows nothing of it.</summary>
    private static void CheckAll(StateView view, string[][] lines)
    {
        Market market = MarketOf(view);
        Assert.Equal((ulong)lines.Length, market.Sales);
        Assert.Equal(lines.Aggregate(BigInteger.Zero, (sum, line) => sum + BigInteger.Parse(line[3], CultureInfo.InvariantCulture)), (BigInteger)market.Volume);
        Dictionary<ushort, string[]> last = [];
        foreach (string[] line in lines)
        {
            last[ushort.Parse(line[2])] = line;
        }

        Dictionary<ushort, int> counts = lines.CountBy(line => ushort.Parse(line[2])).ToDictionary();
        for (ushort number = 0; number < Market.PunkCount; number++)
        {
            Punk punk = market.Punks[number];
            Assert.Equal((ulong)counts.GetValueOrDefault(number), punk.Sales);
            string[] line = last.GetValueOrDefault(number, ["", "", "", "0", Address.Zero.ToString(), Address.Zero.ToString()]);
            Assert.Equal((line[5], line[4], line[3]), (punk.Owner.ToString(), punk.Seller.ToString(), punk.Price.ToString(CultureInfo.InvariantCulture)));
        }

        KeyValuePair<string, string>[] expected =
        [
            .. last.GroupBy(punk => punk.Value[5]).OrderBy(owner => owner.Key, StringComparer.Ordinal).Select(owner => KeyValuePair.Create(owner.Key, string.Join(' ', owner.Select(punk => punk.Key).Order()))),
        ];
        Assert.Equal(expected, market.PunksByOwner.Select(owner => KeyValuePair.Create(owner.Key.ToString(), string.Join(' ', owner.Value.Keys))));
    }

    /// <summary>Each line was a call that succeeded, recorded under the hash of its transaction.</summary>
    private static void CheckExecutions(StateView view, string[][] lines)
    {
        ExecutionHistory history = new(view);
        Assert.Equal((ulong)lines.Length, history.Count);
        foreach (string[] line in lines)
        {
            Assert.True(history.TryGet(new ExecutionId(Hash256.Parse(line[6][2..])), out ExecutionRecord? record));
            Assert.Equal((line[0], line[4], Ticks(line[1]), "Sale", true), (record.Height.ToString(), record.Caller.ToString(), record.TimeTicks, record.Function, record.IsSuccess));
        }
    }

    private static void CheckProof(StateView view, ushort number, string owner)
    {
        Assert.True(PunkProof.Verify(view.Root, PunkProof.Make(view, number), number, out Punk? punk).IsVerified);
        Assert.Equal(owner, punk!.Owner.ToString());
    }

    private static Market MarketOf(StateView view) => Market.Open(new StorageSession(view).Open(Market.Address));

    private static string[][] Lines(string path) => [.. File.ReadAllLines(path).Skip(1).Select(line => line.Split(','))];

    private static long Ticks(string timestamp) => (DateTimeOffset.Parse(timestamp, CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks;
}
