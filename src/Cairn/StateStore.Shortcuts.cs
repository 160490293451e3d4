using Cairn.Tree;

namespace Cairn;

/// <content>Making what point reads ask before the tree, once there are enough reads for it to pay.</content>
public sealed partial class StateStore
{
    /// <summary>
    /// A filter is made when as many keys were asked for in vain as the tree has, divided by two to this power: making it costs about a fortieth of such a question for each key, in the background.
    /// </summary>
    private const int FilterPaysShift = 8;

    /// <summary>Where it could not be made, since pages are not in memory, it is tried again after twice as many questions each time, up to this power.</summary>
    private const int LeastPaysShift = 2;

    private readonly int[] _filterPaysShift = [FilterPaysShift, FilterPaysShift];
    private readonly long[] _absentBefore = new long[2];
    private Task _tended = Task.CompletedTask;
    private CancellationToken _closingToken;
    private int _tending;

    private void AllowShortcuts()
    {
        _closingToken = _closing.Token; // once the store is closed, its source cannot be asked any more
        if (_options.HotEntryBytes > 0)
        {
            Pages.Shortcuts.Allow(_options.HotEntryBytes, _options.CacheBytes, offerEvery: 1);
        }
        else
        {
            Pages.Shortcuts.Allow(_options.CacheBytes);
        }

        if (Pages.Shortcuts.IsPossible)
        {
            Pages.PayAttention(_options.ShortcutPace, TendShortcuts);
        }
    }

    /// <summary>Called by readers now and then, on their thread, and inside <see cref="ReaderEpochs"/>.</summary>
    private void TendShortcuts()
    {
        bool isDue = Pages.Shortcuts.Hot is null || IsFilterDue(TreeKind.State) || IsFilterDue(TreeKind.Local);
        if (!isDue || Volatile.Read(ref _disposed) != 0 || Interlocked.CompareExchange(ref _tending, 1, 0) != 0)
        {
            return;
        }

        if (_options.HotEntryBytes > 0)
        {
            MakeShortcuts();
        }
        else
        {
            _tended = Task.Run(MakeShortcuts, CancellationToken.None);
        }
    }

    private void MakeShortcuts()
    {
        try
        {
            CancellationToken closing = _closingToken;
            if (Pages.Shortcuts.Hot is null)
            {
                Versions.AtHead(head => Pages.Shortcuts.MakeHot(head.Ordinal));
            }

            MakeFilterIfDue(TreeKind.State, closing);
            MakeFilterIfDue(TreeKind.Local, closing);
        }
        finally
        {
            Volatile.Write(ref _tending, 0);
        }
    }

    private bool IsFilterDue(TreeKind tree)
    {
        TreeRoot root = tree == TreeKind.State ? Versions.Head.State : Versions.Head.Local;
        return Pages.Shortcuts.Filter(tree) is not { IsFull: false }
            && Pages.Absent(tree) - Interlocked.Read(ref _absentBefore[(int)tree]) > (long)(root.Totals.Entries >> Volatile.Read(ref _filterPaysShift[(int)tree]));
    }

    private void MakeFilterIfDue(TreeKind tree, CancellationToken closing)
    {
        if (!IsFilterDue(tree))
        {
            return;
        }

        Interlocked.Exchange(ref _absentBefore[(int)tree], Pages.Absent(tree));
        KeyFilter? filter = null;
        StateVersion head = Versions.PinHead(head => filter = Pages.Shortcuts.TryBeginFilter(tree, (tree == TreeKind.State ? head.State : head.Local).Totals.Entries, head.Ordinal));
        bool isBuilt = false;
        try
        {
            isBuilt = filter?.TryBuild(tree == TreeKind.State ? head.State : head.Local, closing) == true;
        }
        finally
        {
            Versions.AtHead(_ => Pages.Shortcuts.EndFilter(tree, isBuilt));
            ref int shift = ref _filterPaysShift[(int)tree];
            Volatile.Write(ref shift, isBuilt ? FilterPaysShift : Math.Max(LeastPaysShift, shift - 1));
            Versions.Unpin(head, isView: false);
        }
    }
}
