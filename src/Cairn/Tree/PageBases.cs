using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// What is stored of a page that its next versions can be stored as changes of: a full page, and perhaps a first delta on it. One object goes along from a page to its patched copies, for as long as their items stay where
/// they are.
/// </summary>
/// <remarks>
/// Invariants: the content is that of the newest manifest, or of the checkpoint being written; every page that shares the object and may still be stored differs from it in its <see cref="Page.ChangedItems"/> at most. Because
/// checkpoints follow the chain of heads, what was stored last is the page itself or one that it was copied from. Along that chain entries come and none goes, so that two of its pages with as many items have the same ones.
/// Only whoever holds the pages gate looks inside; anybody may make one and hand it on. Counted by the handles that have it: when the last of them serves another page, so may this (<see cref="SpareHandles"/>). A handle that
/// goes to the garbage collector instead is never discounted, and takes this along.
/// </remarks>
internal sealed class PageBases
{
    private PageReference? _origin;
    private int _holders;

    /// <summary>Begins one for a page whose stored form nobody has looked at yet.</summary>
    /// <param name="origin">The page, stored in full; null when it is not stored yet.</param>
    public PageBases Begin(PageReference? origin)
    {
        _origin = origin;
        Chain = default;
        return this;
    }

    /// <summary>Begins one for a page that is stored.</summary>
    public PageBases Begin(in PageChain chain)
    {
        Set(chain);
        return this;
    }

    /// <summary>One more handle has it. The caller has another one that does, or has made this.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>One handle less has it.</summary>
    /// <returns>Whether it was the last one: then nobody else knows this any more.</returns>
    public bool Release() => Interlocked.Decrement(ref _holders) == 0;

    /// <summary>All of it.</summary>
    public PageChain Chain { get; private set; }

    /// <summary>The full page; none while nothing is stored.</summary>
    public PagePlace Full => Chain.Full;

    /// <summary>The delta on it that further ones may build on; none when there is none.</summary>
    public PagePlace First => Chain.First;

    /// <summary>Finds out how the page is stored that this was made for.</summary>
    /// <param name="spare">Takes the page's handle, if nobody else needs it.</param>
    /// <returns>Whether there is a full page.</returns>
    public bool TrySettle(SpareHandles spare)
    {
        if (_origin is { } origin)
        {
            Set(PageChain.OfFull(origin.CurrentPlace, origin.Shape.Count));
            if (origin.LetGo(HandleUse.IsOrigin))
            {
                spare.Put(origin);
            }
        }

        return Full.Id != PageId.None;
    }

    /// <summary>Takes what is stored now.</summary>
    public void Set(in PageChain chain)
    {
        _origin = null;
        Chain = chain;
    }

    /// <summary>The tag of an id: bits 32 to 47, of a directory home the lower half of the file number; never zero, which stands for none.</summary>
    public static ushort TagOf(PageId id) => (ushort)(id.Value >> 32) is var tag and > 0 ? tag : ushort.MaxValue;
}

/// <summary>What the stored form of a page leaves for its next versions to build on.</summary>
/// <param name="Full">The full page.</param>
/// <param name="First">The first delta on it; none when there is none.</param>
/// <param name="FirstItems">The items that differ in it from the full page, numbered as in it.</param>
/// <param name="FirstAdded">Those of them that the full page does not have.</param>
/// <param name="Count">How many items there are in the first delta or, where there is none, in the full page: what further changes are counted from.</param>
internal readonly record struct PageChain(PagePlace Full, PagePlace First, ulong FirstItems, ulong FirstAdded, int Count)
{
    /// <summary>That of a page stored in full.</summary>
    public static PageChain OfFull(PagePlace place, int count) => new(place, default, FirstItems: 0, FirstAdded: 0, count);

    /// <summary>Two tags of the bases of a page, as its stub has them: enough to tell in which files they are not.</summary>
    /// <param name="id">The page itself, which is no base.</param>
    public uint TagsBelow(PageId id) => TagOf(Full.Id, id) | ((uint)TagOf(First.Id, id) << 16);

    private static ushort TagOf(PageId id, PageId page) => id == page || id == PageId.None ? (ushort)0 : PageBases.TagOf(id);
}
