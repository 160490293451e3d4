namespace Cairn.Proofs;

/// <summary>What a pruned tree proves about a key.</summary>
public enum ProvedKey
{
    /// <summary>Nothing: the place of the key is not shown.</summary>
    Unknown = 0,

    /// <summary>The key is not in the state.</summary>
    Absent,

    /// <summary>The key is in the state; of its value only the SHA-256 is shown.</summary>
    PresentByHash,

    /// <summary>The key is in the state, and its value is shown.</summary>
    Present,
}
