using System.Diagnostics.CodeAnalysis;

namespace Cairn.Tree;

/// <summary>Page objects that stand for no page, chained by <see cref="Page.Next"/>. A value in one place, guarded by whatever guards that.</summary>
internal struct SparePages
{
    private Page? _first;
    private Page? _last;
    private int _count;

    /// <summary>Takes the object put in last: what was used a moment ago is still near.</summary>
    public bool TryTake([NotNullWhen(true)] out Page? page)
    {
        page = _first;
        if (page is null)
        {
            return false;
        }

        _first = page.Next;
        _last = _first is null ? null : _last;
        _count--;
        page.Next = null;
        return true;
    }

    /// <summary>Puts an object in.</summary>
    public void Put(Page page)
    {
        page.Next = _first;
        _first = page;
        _last ??= page;
        _count++;
    }

    /// <summary>Puts in all of some others, unless there would be too many then; those go to the garbage collector.</summary>
    public void Put(in SparePages others, int most)
    {
        if (others._last is not { } last || _count + others._count > most)
        {
            return;
        }

        last.Next = _first;
        _first = others._first;
        _last ??= last;
        _count += others._count;
    }
}
