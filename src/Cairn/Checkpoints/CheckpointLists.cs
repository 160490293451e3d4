using Cairn.Homes;
using Cairn.Tree;

namespace Cairn.Checkpoints;

/// <summary>
/// What a checkpoint notes of tens of thousands of pages. The lists go from one checkpoint to the next, under the pages gate, so that their large arrays are not left to the garbage collector each time.
/// </summary>
internal sealed class CheckpointLists
{
    /// <summary>Longer lists, as loading a store makes them, are let go of.</summary>
    private const int MostKept = 1 << 18;

    /// <summary>The pages stored.</summary>
    public List<PageReference> Pages { get; private set; } = [];

    /// <summary>What pages take that were replaced.</summary>
    public List<StoredExtent> Superseded { get; private set; } = [];

    /// <summary>What of that the pages stored build on.</summary>
    public PageIdSet Kept { get; private set; } = new();

    /// <summary>Forgets what is in them.</summary>
    public void Clear()
    {
        if (Math.Max(Math.Max(Pages.Count, Superseded.Count), Kept.Count) > MostKept)
        {
            (Pages, Superseded, Kept) = ([], [], new PageIdSet());
        }

        Pages.Clear();
        Superseded.Clear();
        Kept.Clear();
    }
}
