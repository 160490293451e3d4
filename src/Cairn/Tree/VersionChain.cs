using System.Diagnostics;

namespace Cairn.Tree;

/// <summary>
/// The versions that somebody needs, oldest first, and when the memory of their pages can go: a page lives from the version that made it to the last one before the version that replaced it, and is given
/// back when no version between them is needed. A view held for long keeps only the pages of its own version.
/// </summary>
/// <remarks>
/// Invariants (under the lock): versions are sorted by ordinal; the last one is the head; every version in the list has at least one pin; <see cref="StateVersion.Died"/> of a version holds the pages that died after
/// its predecessor in the list, up to itself. Dropping a version between p and s frees of s's dead pages those born after p, and hands its own on to s.
/// </remarks>
internal sealed class VersionChain
{
    /// <summary>The newest heights that stay readable whatever they cost.</summary>
    internal const int AlwaysRecent = 2;

    /// <summary>The most recent heights kept, so that their list stays small.</summary>
    private const int MostRecent = 65_536;

    /// <summary>Fewer pages are given back faster than it takes to look whether they have to be.</summary>
    public const int FewPages = 256;

    /// <summary>Lists for a handful of versions, as long as large blocks make them, are used again.</summary>
    private const int MostSpareLists = 8;

    private const int MostSpare = 1 << 16;

    private readonly Lock _lock = new();
    private readonly Stack<List<PageReference>> _spare = new();
    private readonly PageCache _pages;
    private readonly long _recentBytes;
    private readonly List<StateVersion> _versions = [];
    private readonly RecentVersions _recent = new();
    private StateVersion _head;
    private int _openViews;
    private long _recentBlobBytes;
    private long _recentPageBytes;

    /// <summary>Makes a chain of one version.</summary>
    public VersionChain(PageCache pages, long recentBytes, StateVersion first)
    {
        _pages = pages;
        _recentBytes = recentBytes;
        _head = first;
        Append(first);
    }

    /// <summary>The newest version.</summary>
    public StateVersion Head => Volatile.Read(ref _head);

    /// <summary>How many views are open.</summary>
    public int OpenViews => Volatile.Read(ref _openViews);

    /// <summary>The bytes of overwritten blobs that only memory has and that the recent heights keep there; approximate, as a checkpoint may have stored some since.</summary>
    public long RecentBlobBytes => Interlocked.Read(ref _recentBlobBytes);

    /// <summary>The oldest and newest heights that can be viewed; null before the first block.</summary>
    public (BlockHeight? Oldest, BlockHeight? Newest) RecentHeights
    {
        get
        {
            lock (_lock)
            {
                // Not the first one: it may have been abandoned, and then what was gone back to is below it.
                return (_recent.LowestHeight, _head.Height);
            }
        }
    }

    /// <summary>The memory of superseded pages that no recent height needs: views keep it, and drafts on heads of the past. Approximate: pages that a checkpoint has stored meanwhile are no longer among them, but still among those of recent heights.</summary>
    public long HeldPageBytes => Math.Max(0, _pages.Bytes(PageResidency.Superseded) - Interlocked.Read(ref _recentPageBytes));

    /// <summary>The versions whose stored pages somebody needs, ascending.</summary>
    public ulong[] NeededPlaces
    {
        get
        {
            lock (_lock)
            {
                return [.. _versions.SelectMany(static version => new[] { version.StatePlaces, version.LocalPlaces }).Distinct().Order()];
            }
        }
    }

    /// <summary>All versions that somebody needs.</summary>
    public List<StateVersion> Pinned
    {
        get
        {
            lock (_lock)
            {
                return [.. _versions];
            }
        }
    }

    /// <summary>Called when a view was closed, on its thread.</summary>
    public Action? OnViewClosed { get; set; }

    /// <summary>Lets go of recent heights that keep what could be given back on the disk.</summary>
    /// <param name="ordinal">Only those of versions before this one.</param>
    /// <param name="keep">How many of the newest stay in any case, at least the head.</param>
    public void LetGoOfRecent(ulong ordinal, int keep = AlwaysRecent)
    {
        List<PageReference> freed = RentList();
        lock (_lock)
        {
            while (_recent.Count > keep && _recent.Oldest.Ordinal < ordinal)
            {
                ReleaseOldestRecent(freed);
            }

            AssertInvariants();
        }

        Discard(freed);
    }

    /// <summary>Pins the head.</summary>
    public StateVersion PinHead(bool isView)
    {
        lock (_lock)
        {
            return Pin(_head, isView);
        }
    }

    /// <summary>Pins the head, after something was done while no other version could become it.</summary>
    public StateVersion PinHead(Action<StateVersion> act)
    {
        lock (_lock)
        {
            act(_head);
            return Pin(_head, isView: false);
        }
    }

    /// <summary>Does something while no other version can become the head.</summary>
    public void AtHead(Action<StateVersion> act)
    {
        lock (_lock)
        {
            act(_head);
        }
    }

    /// <summary>Pins a version that is pinned already.</summary>
    public void PinAgain(StateVersion version)
    {
        lock (_lock)
        {
            Pin(version, isView: false);
        }
    }

    /// <summary>Pins a version for somebody who knows it from another one's pin.</summary>
    /// <returns>False when nobody needs it any more.</returns>
    public bool TryPinAgain(StateVersion version)
    {
        lock (_lock)
        {
            if (version.Pins == 0)
            {
                return false;
            }

            Pin(version, isView: false);
            return true;
        }
    }

    /// <summary>The newest needed version that has the state tree of another one.</summary>
    public StateVersion NewestWithState(StateVersion version)
    {
        lock (_lock)
        {
            return _versions.FindLast(other => ReferenceEquals(other.State.Reference, version.State.Reference)) ?? version;
        }
    }

    /// <summary>Pins the version after the newest block at or below a height, if it is among the recent ones. Blocks that were merged when they were replayed have no version of their own: nothing is answered for heights among them.</summary>
    public StateVersion? PinAt(BlockHeight height)
    {
        lock (_lock)
        {
            if (_head.Height is not { } newest || height > newest)
            {
                return null;
            }

            StateVersion? found = _recent.Find(height, out StateVersion? next);
            return found is null || next?.BlockCount > found.BlockCount + 1 ? null : Pin(found, isView: true);
        }
    }

    /// <summary>Lets go of a version.</summary>
    public void Unpin(StateVersion version, bool isView)
    {
        List<PageReference>? freed = null;
        lock (_lock)
        {
            _openViews -= isView ? 1 : 0;
            if (version.Pins > 1)
            {
                version.Pins--;
            }
            else
            {
                freed = RentList();
                Release(version, freed);
            }

            AssertInvariants();
        }

        if (freed is not null)
        {
            Discard(freed);
        }

        if (isView)
        {
            OnViewClosed?.Invoke();
        }
    }

    /// <summary>Lets go of the recent heights that would have to go when a version comes, ahead of that; it need not come.</summary>
    /// <param name="superseded">Pages of the head that the version does not have.</param>
    /// <param name="alsoSuperseded">The others of them.</param>
    public void MakeRoomFor(List<PageReference> superseded, List<PageReference> alsoSuperseded)
    {
        List<PageReference> freed = RentList();
        lock (_lock)
        {
            // Asking each page would take longer than what is won. With an eighth less than pages had last time, no height goes that could stay.
            long bytes = _head.DiedPageBytes / Math.Max(1, _head.Died.Count) * (superseded.Count + alsoSuperseded.Count) * 7 / 8;
            while (_recent.Count > AlwaysRecent && _recentPageBytes + _recentBlobBytes + bytes > _recentBytes)
            {
                ReleaseOldestRecent(freed);
            }

            AssertInvariants();
        }

        Discard(freed);
    }

    /// <summary>Makes a version the head. Its ordinal is one above the head's.</summary>
    /// <param name="version">The version.</param>
    /// <param name="superseded">Pages of the head that it does not have.</param>
    /// <param name="alsoSuperseded">The others of them.</param>
    /// <param name="supersededPageBytes">The memory of those of them that only memory has.</param>
    /// <param name="supersededBlobBytes">The bytes of the blobs of the head that it does not have and that only memory has.</param>
    public void Publish(StateVersion version, List<PageReference> superseded, List<PageReference> alsoSuperseded, long supersededPageBytes, long supersededBlobBytes)
    {
        List<PageReference> freed = RentList();
        lock (_lock)
        {
            version.Died = RentList();
            version.Died.EnsureCapacity(superseded.Count + alsoSuperseded.Count);
            version.Died.AddRange(superseded);
            version.Died.AddRange(alsoSuperseded);
            version.DiedPageBytes = supersededPageBytes;
            version.DiedBlobBytes = supersededBlobBytes;
            Append(version);
            TrimRecent(freed);
            AssertInvariants();
        }

        Discard(freed);
    }

    /// <summary>Makes a version the head that shares no page in memory with the versions before it (a reader going over to a newer checkpoint): those are no longer recent.</summary>
    /// <param name="version">The version.</param>
    /// <param name="superseded">All pages of the head that are only in memory.</param>
    /// <param name="supersededPageBytes">The memory of those of them that only memory has.</param>
    public void Restart(StateVersion version, IEnumerable<PageReference> superseded, long supersededPageBytes)
    {
        List<PageReference> freed = RentList();
        lock (_lock)
        {
            version.Died.AddRange(superseded);
            version.DiedPageBytes = supersededPageBytes;
            Append(version);
            while (_recent.Count > 1)
            {
                ReleaseOldestRecent(freed);
            }
        }

        Discard(freed);
    }

    private StateVersion Pin(StateVersion version, bool isView)
    {
        version.Pins++;
        _openViews += isView ? 1 : 0;
        return version;
    }

    private void Append(StateVersion version)
    {
        _versions.Add(version);
        _recent.Add(version);
        Interlocked.Add(ref _recentBlobBytes, version.DiedBlobBytes);
        Interlocked.Add(ref _recentPageBytes, version.DiedPageBytes);
        version.Pins++;
        _pages.Shortcuts.BeforeHead(version.Ordinal);
        Volatile.Write(ref _head, version);
    }

    private void TrimRecent(List<PageReference> freed)
    {
        while (_recent.Count > AlwaysRecent && (_recent.Count > MostRecent || _recentPageBytes + _recentBlobBytes > _recentBytes))
        {
            ReleaseOldestRecent(freed);
        }
    }

    private void ReleaseOldestRecent(List<PageReference> freed)
    {
        StateVersion oldest = _recent.TakeOldest();

        // What died with the next one was kept for this one and those before it. If one of them is still needed, it is so by a view or a draft, which have no bound.
        Interlocked.Add(ref _recentBlobBytes, -_recent.Oldest.DiedBlobBytes);
        Interlocked.Add(ref _recentPageBytes, -_recent.Oldest.DiedPageBytes);
        Release(oldest, freed);
    }

    private void Release(StateVersion version, List<PageReference> freed)
    {
        if (--version.Pins > 0)
        {
            return;
        }

        int index = _versions.IndexOf(version);
        StateVersion next = _versions[index + 1];
        ulong before = index == 0 ? 0 : _versions[index - 1].Ordinal;
        _versions.RemoveAt(index);
        List<PageReference> kept = version.Died;
        if (index == 0)
        {
            freed.AddRange(next.Died);
            freed.AddRange(kept);
            kept.Clear();
        }
        else
        {
            Divide(next.Died, before, freed, kept);
        }

        GiveBack(next.Died);
        next.Died = kept;
        version.Died = [];
    }

    /// <summary>Divides pages that died with the version after a dropped one.</summary>
    private static void Divide(List<PageReference> died, ulong before, List<PageReference> freed, List<PageReference> kept)
    {
        // A page may be evicted meanwhile; inside, its object does not become another page's.
        using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
        foreach (PageReference reference in died)
        {
            // Born after the version before: only the dropped version had it. Pages that were read are not older than the store, which is before every version.
            if (reference.Page is { } page)
            {
                (page.Born > before ? freed : kept).Add(reference);
            }
        }
    }

    private void Discard(List<PageReference> freed)
    {
        _pages.Discard(freed);
        GiveBack(freed);
    }

    private List<PageReference> RentList()
    {
        lock (_lock)
        {
            return _spare.TryPop(out List<PageReference>? list) ? list : [];
        }
    }

    private void GiveBack(List<PageReference> list)
    {
        list.Clear();
        lock (_lock)
        {
            if (list.Capacity is > 0 and <= MostSpare && _spare.Count < MostSpareLists)
            {
                _spare.Push(list);
            }
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_versions.Count > 0, "The head is a version.");
        Debug.Assert(ReferenceEquals(_versions[^1], _head), "The head is the last version.");
        Debug.Assert(_versions.TrueForAll(static version => version.Pins > 0), "Every version in the list is needed.");
    }
}
