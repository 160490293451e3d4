namespace Cairn;

/// <summary>Why there is no ICS-23 proof for a key.</summary>
public enum UnprovableReason
{
    /// <summary>The value of the entry, or of the entry beside an absent key, is empty: ICS-23 knows no proofs by value of empty values. By value hash there is one.</summary>
    EmptyValue,

    /// <summary>The state is empty: ICS-23 knows no proof of absence without a neighbour. The root says it all: it is <see cref="Hash256.EmptyRoot"/>.</summary>
    EmptyState,
}
