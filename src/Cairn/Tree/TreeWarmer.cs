using Cairn.Format;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Brings the pages under a prefix into memory, level by level. What is still to be visited are references that pages in memory hold anyway, so the queue is small beside them. Used once, by one thread at a time; the
/// caller pins the version.
/// </summary>
internal sealed class TreeWarmer
{
    /// <summary>How many pages the page store is told of at once.</summary>
    private const int BatchPages = 64;

    private readonly PageCache _pages;
    private readonly byte[] _start;
    private readonly byte[] _end;
    private readonly bool _isPossible;
    private readonly Queue<PageReference> _open = new();
    private readonly HashSet<PageReference> _warm = [];

    /// <summary>Makes a warmer.</summary>
    public TreeWarmer(PageCache pages, ReadOnlyMemory<byte> prefix)
    {
        _pages = pages;
        _start = prefix.ToArray();
        _isPossible = prefix.Length <= StateLimits.MaxKeyBytes;
        Span<byte> after = stackalloc byte[StateLimits.MaxKeyBytes];
        _end = _isPossible ? after[..KeyRange.After(prefix.Span, after)].ToArray() : [];
    }

    /// <summary>The pages read.</summary>
    public long PagesLoaded { get; private set; }

    /// <summary>The memory they take.</summary>
    public long BytesLoaded { get; private set; }

    /// <summary>The pages that were in memory.</summary>
    public long PagesPresent { get; private set; }

    /// <summary>Visits the pages of a tree.</summary>
    /// <returns>Whether there was room for all of them.</returns>
    public async ValueTask<bool> RunAsync(TreeRoot root, CancellationToken cancellationToken)
    {
        if (!_isPossible || root.Reference is null)
        {
            return true;
        }

        long moves = _pages.MoveCount;
        _open.Enqueue(root.Reference);
        PageId[] absent = new PageId[BatchPages];
        while (_open.Count > 0)
        {
            PageReference[] batch = [.. _open.Take(BatchPages)];
            int count = 0;
            foreach (PageReference reference in batch)
            {
                _open.Dequeue();
                if (reference.Page is null)
                {
                    absent[count++] = reference.Id;
                }
            }

            await _pages.PrefetchAsync(absent.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            foreach (PageReference reference in batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
                if (_pages.MoveCount != moves)
                {
                    // Cleaning moved pages: what is still open may name old places. What is in memory by now is passed quickly.
                    moves = _pages.MoveCount;
                    _open.Clear();
                    _open.Enqueue(root.Reference);
                    break;
                }

                if (!Visit(reference))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private bool Visit(PageReference reference)
    {
        bool isPresent = reference.Page is not null;
        bool isNew = _warm.Add(reference); // before it is loaded: it must not make room for itself
        if (_pages.GetIfRoom(reference, _warm) is not { } page)
        {
            return false;
        }

        PagesPresent += isPresent && isNew ? 1 : 0;
        PagesLoaded += isPresent ? 0 : 1;
        BytesLoaded += isPresent ? 0 : page.CountedBytes;
        int first = _start.Length == 0 ? 0 : page.Search(_start).Index;
        int behind = page.Count;
        if (_end.Length > 0)
        {
            SearchResult end = page.Search(_end);
            behind = end.Outcome == SearchOutcome.Child ? end.Index + 1 : end.Index;
        }

        for (int item = first; item < behind; item++)
        {
            if (page.IsStub(item))
            {
                _open.Enqueue(page.Child(item));
            }
        }

        return true;
    }
}
