using System.Runtime.CompilerServices;

namespace Cairn.Tree;

/// <summary>Goes ahead of a loop over many pages and asks the processor for handles and objects, each of which is a wait of its own otherwise.</summary>
/// <param name="references">What the loop goes over.</param>
internal ref struct PagesAhead(ReadOnlySpan<PageReference> references)
{
    private const int HandlesAhead = 16;
    private const int PagesBehindHandles = 8;

    private readonly ReadOnlySpan<PageReference> _references = references;
    private int _next;

    /// <summary>Called once for each reference, before it is used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Next()
    {
        int handle = HandlesAhead + _next++;
        if (handle < _references.Length)
        {
            PageReference.PrefetchHandle(_references[handle]);
        }

        if (handle - PagesBehindHandles < _references.Length)
        {
            Page.Prefetch(_references[handle - PagesBehindHandles].Page);
        }
    }
}
