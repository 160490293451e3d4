namespace Cairn;

/// <summary>When a committed block is made durable.</summary>
public enum Durability
{
    /// <summary>Every commit ends with a sync: a block that was acknowledged survives a loss of power. The default.</summary>
    Durable,

    /// <summary>
    /// One sync every <see cref="StateStoreOptions.GroupedBlocks"/> blocks: a loss of power takes back at most the blocks since
    /// <see cref="StateStore.DurableHeight"/>; the state found is always that of one whole block.
    /// </summary>
    Grouped,

    /// <summary>No sync on commit, only at checkpoints and at closing. For tests and bulk loads.</summary>
    DangerNoSync,
}
