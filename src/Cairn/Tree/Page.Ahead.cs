namespace Cairn.Tree;

/// <content>
/// Where the memory of the leaves below was when readers came by, so that the next one asks the processor for it without waiting for their handles. Nothing but speed depends on it: it may be the memory of another page by now, or none.
/// Written by readers without a lock; of this life of the object alone.
/// </content>
internal sealed partial class Page
{
    /// <summary>Page memory lies on multiples of 2 to this power, so that distances of half a terabyte fit.</summary>
    private const int PlaceShift = 8;

    private readonly int[] _leafPlaces; // from this page; 0 for none; room for those of any page with stubs
    private uint _leafPlacesLife;

    /// <summary>Where the memory of a leaf is likely to be; 0 when nobody has been there.</summary>
    /// <param name="stub">The number of its stub.</param>
    /// <param name="own">Where the memory of this page is.</param>
    public nint LikelyLeaf(int stub, nint own)
    {
        int distance = _leafPlacesLife == _life ? _leafPlaces[stub] : 0;
        return distance == 0 ? 0 : own + ((nint)distance << PlaceShift);
    }

    /// <summary>Notes where the memory of a leaf is.</summary>
    /// <param name="stub">The number of its stub.</param>
    /// <param name="own">Where the memory of this page is.</param>
    /// <param name="leaf">Where that of the leaf is; <paramref name="own"/> when the leaf is not in memory.</param>
    public void NoteLeaf(int stub, nint own, nint leaf)
    {
        if (_leafPlacesLife != _life)
        {
            Array.Clear(_leafPlaces);
            _leafPlacesLife = _life;
        }

        _leafPlaces[stub] = unchecked((int)((leaf - own) >> PlaceShift));
    }
}
