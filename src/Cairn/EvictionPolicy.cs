namespace Cairn;

/// <summary>Which unchanged page leaves memory first when the cache is full. Answers and roots do not depend on it.</summary>
public enum EvictionPolicy
{
    /// <summary>The page that was not used for longest, approximately: a page used since it was last considered gets another round. Good for most loads. The default.</summary>
    Clock,

    /// <summary>The page that is used least often, approximately: uses are counted and fade. Better where a small part of the state takes most reads and scans pass through the rest.</summary>
    Lfu,

    /// <summary>The page that came first, whether it is used or not. The least work on reading; for scans and for comparison.</summary>
    Fifo,
}
