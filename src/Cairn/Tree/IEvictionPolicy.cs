namespace Cairn.Tree;

/// <summary>
/// The order in which clean pages leave memory. It decides that alone: what may go, and when, is the matter of <see cref="PageCache"/>, which calls every member under its lock. What readers tell it is
/// <see cref="PageReference.Uses"/>, which they count up to <see cref="MostUses"/> without a lock.
/// </summary>
internal interface IEvictionPolicy
{
    /// <summary>How far uses are counted; beyond it a hit writes nothing.</summary>
    byte MostUses { get; }

    /// <summary>How many references it holds.</summary>
    int Count { get; }

    /// <summary>Takes up a page that has become clean or was read.</summary>
    void Add(PageReference page);

    /// <summary>The page that should go next; <see cref="Remove"/> or <see cref="Pass"/> says what became of it.</summary>
    /// <param name="steps">How many pages may still be looked at; counted down.</param>
    /// <returns>Null when there is none, or the steps are used up.</returns>
    PageReference? Next(ref int steps);

    /// <summary>The page given last is gone.</summary>
    void Remove();

    /// <summary>The page given last cannot go now: others are to be given before it is again.</summary>
    void Pass();

    /// <summary>Lets go of references.</summary>
    void RemoveAll(Predicate<PageReference> isGone);

    /// <summary>Makes a policy.</summary>
    static IEvictionPolicy Of(EvictionPolicy policy) => policy switch
    {
        EvictionPolicy.Clock => new ClockPolicy(mostUses: 1),
        EvictionPolicy.Lfu => new LfuPolicy(),
        EvictionPolicy.Fifo => new ClockPolicy(mostUses: 0),
        _ => throw new ArgumentOutOfRangeException(nameof(policy), policy, "Not an eviction policy."),
    };
}
