using System.Globalization;
using Cairn;
using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Examples.Punks;
using Cairn.Proofs;

const string Usage = """
    PunksMarket import STORE CSV             commit the sales of a file, one block for each height
    PunksMarket totals STORE [HEIGHT]        sales, volume, owners
    PunksMarket owner  STORE PUNK [HEIGHT]   who owned a punk, and what it was sold for
    PunksMarket sale   STORE TRANSACTION     what is recorded of the call that a transaction made
    PunksMarket prove  STORE PUNK FILE [HEIGHT]   write a proof of that, and print the root it leads to
    PunksMarket verify ROOT PUNK FILE        check such a proof, without a store
    """;

try
{
    return args switch
    {
        ["import", string store, string file] => await ImportAsync(store, file),
        ["totals", string store, .. { Length: <= 1 } height] => await TotalsAsync(store, height),
        ["owner", string store, string punk, .. { Length: <= 1 } height] => await OwnerAsync(store, NumberOf(punk), height),
        ["sale", string store, string transaction] => await SaleAsync(store, Hash256.Parse(transaction)),
        ["prove", string store, string punk, string file, .. { Length: <= 1 } height] => await ProveAsync(store, NumberOf(punk), file, height),
        ["verify", string root, string punk, string file] => Verify(Hash256.Parse(root), NumberOf(punk), file),
        _ => Fail(Usage),
    };
}
catch (Exception exception) when (exception is StateStoreException or IOException or FormatException)
{
    return Fail(exception.Message);
}

static async Task<int> ImportAsync(string location, string file)
{
    // All of the past stays, so that every height can be asked for.
    await using StateStore store = await StateStore.OpenAsync(location, new StateStoreOptions { RetainAll = true });
    int blocks = await MarketImport.RunAsync(store, SalesFile.Read(file));
    Console.WriteLine($"{blocks} blocks, height {store.Height}, root {store.Root}");
    return 0;
}

static async Task<int> TotalsAsync(string location, string[] height)
{
    await using StateStore store = await OpenAsync(location);
    using StateView view = ViewOf(store, height);
    Market market = MarketOf(view);
    Console.WriteLine($"height {view.Height}, root {view.Root}");
    Console.WriteLine($"{market.Sales} sales for {Ether(market.Volume)}, {market.PunksByOwner.Count} owners");
    return 0;
}

static async Task<int> OwnerAsync(string location, ushort number, string[] height)
{
    await using StateStore store = await OpenAsync(location);
    using StateView view = ViewOf(store, height);
    Market market = MarketOf(view);
    Punk punk = market.Punks[number];
    Show(number, punk);
    if (punk.Sales > 0)
    {
        Console.WriteLine($"punks of that owner: {string.Join(' ', market.PunksByOwner[punk.Owner].Keys)}");
    }

    return 0;
}

static async Task<int> SaleAsync(string location, Hash256 transaction)
{
    await using StateStore store = await OpenAsync(location);
    using StateView view = store.OpenView();
    if (!new ExecutionHistory(view).TryGet(new ExecutionId(transaction), out ExecutionRecord? record))
    {
        return Fail($"No call of transaction {transaction} is recorded.");
    }

    Console.WriteLine($"{record.Function} in block {record.Height} at {record.Time:yyyy-MM-dd HH:mm:ss}, called by {record.Caller}, {record.GasUsed} gas");
    return 0;
}

static async Task<int> ProveAsync(string location, ushort number, string file, string[] height)
{
    await using StateStore store = await OpenAsync(location);
    using StateView view = ViewOf(store, height);
    byte[] proof = PunkProof.Make(view, number);
    await File.WriteAllBytesAsync(file, proof);
    Console.WriteLine($"{proof.Length} bytes, height {view.Height}, root {view.Root}");
    return 0;
}

static int Verify(Hash256 root, ushort number, string file)
{
    ProofResult result = PunkProof.Verify(root, File.ReadAllBytes(file), number, out Punk? punk);
    if (punk is null)
    {
        return Fail($"The proof is refused: {result.Reason}");
    }

    Show(number, punk);
    return 0;
}

static Task<StateStore> OpenAsync(string location) => StateStore.OpenAsync(location, new StateStoreOptions { ReadOnly = true });

static StateView ViewOf(StateStore store, string[] height) =>
    height.Length == 0 ? store.OpenView() : store.ViewAt(new BlockHeight(ulong.Parse(height[0], NumberStyles.None, CultureInfo.InvariantCulture)));

static Market MarketOf(StateView view) => Market.Open(new StorageSession(view).Open(Market.Address));

static ushort NumberOf(string text) =>
    ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) && number < Market.PunkCount
        ? number
        : throw new FormatException($"'{text}' is no punk: they are numbered from 0 to {Market.PunkCount - 1}.");

static void Show(ushort number, Punk punk) =>
    Console.WriteLine(punk.Sales == 0 ? $"punk {number} was never sold" : $"punk {number}: {punk.Owner}, bought from {punk.Seller} for {Ether(punk.Price)}, sale {punk.Sales}");

static string Ether(UInt256 wei)
{
    (UInt256 whole, UInt256 rest) = UInt256.DivRem(wei, 1_000_000_000_000_000_000UL);
    return string.Create(CultureInfo.InvariantCulture, $"{whole}.{rest.ToString("D18", CultureInfo.InvariantCulture).TrimEnd('0').PadRight(1, '0')} ether");
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}
