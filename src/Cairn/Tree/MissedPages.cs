using System.Numerics;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Decides which leaf pages a full cache takes in: those that were missed before, not long ago. A page that is read once and not again would take the place of another one, and making room costs more than the read itself.
/// </summary>
/// <remarks>
/// A table of the pages missed lately, each in the one place its id gives it, where the next with that place overwrites it; about half as many places as there are pages in the cache. Every so manieth page is taken in
/// whatever the table says, so that a working set whose pages come back seldom gets in as well. Safe for any thread without a lock: what two threads do at once makes a page be taken in earlier or later, no more.
/// </remarks>
internal sealed class MissedPages
{
    private const int MinPlaces = 64;
    private const uint TakenAnyway = 16;

    [ThreadStatic]
    private static uint _asked;

    private uint[] _places = new uint[MinPlaces];

    /// <summary>Notes that a page was missed.</summary>
    /// <param name="id">The page.</param>
    /// <param name="cached">How many pages are in the cache.</param>
    /// <returns>Whether to take it in.</returns>
    public bool Note(PageId id, int cached)
    {
        uint[] places = _places;
        if (places.Length < cached / 4)
        {
            _places = places = new uint[BitOperations.RoundUpToPowerOf2((uint)cached / 2)];
        }

        // Ids of neighbours differ in few bits; the product spreads them over its upper ones. Its lower half stands for the id: two of one place that share it count as one page.
        ulong spread = id.Value * 0x9E3779B97F4A7C15;
        ref uint place = ref places[(int)(spread >> 32) & (places.Length - 1)];
        if (place == (uint)spread || ++_asked % TakenAnyway == 0)
        {
            return true;
        }

        place = (uint)spread;
        return false;
    }
}
