using Cairn.Contracts.Execution;

namespace Cairn.Examples.Punks;

/// <summary>Feeds sales to the contract, each as a call of its own: one block for each height of the chain that has any. What the store has already is passed over, so an import that was interrupted goes on.</summary>
internal static class MarketImport
{
    /// <summary>What runs at which address.</summary>
    public static ContractPrograms Programs() => new ContractPrograms().AddAt(Market.Address, Market.Program);

    /// <summary>Commits sales as blocks.</summary>
    /// <param name="store">The store.</param>
    /// <param name="sales">The sales, with heights that do not descend.</param>
    /// <param name="cancellationToken">Ends it between two blocks.</param>
    /// <returns>How many blocks were committed.</returns>
    /// <exception cref="FormatException">Sales of one block have different times, or the contract refuses one.</exception>
    public static async Task<int> RunAsync(StateStore store, IEnumerable<Sale> sales, CancellationToken cancellationToken = default)
    {
        BlockHeight? head = store.Height;
        using ContractExecutor executor = new(store, Programs());
        int blocks = 0;
        List<Sale> block = [];
        foreach (Sale sale in sales.Where(sale => head is null || sale.Height > head))
        {
            if (block.Count > 0 && block[0].Height != sale.Height)
            {
                await CommitAsync(executor, block, cancellationToken);
                blocks++;
                block.Clear();
            }

            block.Add(sale);
        }

        if (block.Count > 0)
        {
            await CommitAsync(executor, block, cancellationToken);
            blocks++;
        }

        return blocks;
    }

    private static async Task CommitAsync(ContractExecutor executor, List<Sale> sales, CancellationToken cancellationToken)
    {
        if (sales.Find(sale => sale.Time != sales[0].Time) is { } other)
        {
            throw new FormatException($"Block {other.Height} has sales at {sales[0].Time:O} and at {other.Time:O}.");
        }

        executor.BeginBlock(sales[0].Height, sales[0].Time);
        foreach (Sale sale in sales)
        {
            ContractCall call = Market.At(Market.Address).Sale(sale.Punk, sale.Seller, sale.Buyer, sale.Price) with { Caller = sale.Seller, TransactionHash = sale.Transaction };
            ExecutionResult result = executor.Execute(call);
            if (!result.IsSuccess)
            {
                throw new FormatException($"The sale of transaction {sale.Transaction} failed ({result.Failure}): {result.Error}");
            }
        }

        await executor.FinalizeBlockAsync(cancellationToken: cancellationToken);
    }
}
