using Cairn.Contracts;

namespace Cairn.Examples.Punks;

/// <summary>Feeds sales to the contract: one block for each height of the chain that has any. What the store has already is passed over, so an import that was interrupted goes on.</summary>
internal static class MarketImport
{
    /// <summary>Commits sales as blocks.</summary>
    /// <param name="store">The store.</param>
    /// <param name="sales">The sales, with heights that do not descend.</param>
    /// <param name="cancellationToken">Ends it between two blocks.</param>
    /// <returns>How many blocks were committed.</returns>
    /// <exception cref="FormatException">Sales of one block have different times.</exception>
    public static async Task<int> RunAsync(StateStore store, IEnumerable<Sale> sales, CancellationToken cancellationToken = default)
    {
        BlockHeight? head = store.Height;
        int blocks = 0;
        List<Sale> block = [];
        foreach (Sale sale in sales.Where(sale => head is null || sale.Height > head))
        {
            if (block.Count > 0 && block[0].Height != sale.Height)
            {
                await CommitAsync(store, block, cancellationToken);
                blocks++;
                block.Clear();
            }

            block.Add(sale);
        }

        if (block.Count > 0)
        {
            await CommitAsync(store, block, cancellationToken);
            blocks++;
        }

        return blocks;
    }

    private static async Task CommitAsync(StateStore store, List<Sale> sales, CancellationToken cancellationToken)
    {
        if (sales.Find(sale => sale.Time != sales[0].Time) is { } other)
        {
            throw new FormatException($"Block {other.Height} has sales at {sales[0].Time:O} and at {other.Time:O}.");
        }

        using BlockDraft draft = store.CreateDraft(sales[0].Height);
        draft.TimeTicks = (sales[0].Time - DateTimeOffset.UnixEpoch).Ticks;
        StorageSession session = new(draft);
        Market market = Market.Open(session.Open(Market.Address));
        foreach (Sale sale in sales)
        {
            market.Sale(sale.Punk, sale.Seller, sale.Buyer, sale.Price);
        }

        session.Flush();
        await store.CommitAsync(draft, cancellationToken);
    }
}
