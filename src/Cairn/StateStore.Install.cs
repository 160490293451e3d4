using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>
/// Installing: a new store gets a whole state, entry by entry in key order, written by checkpoints and without a record in the log, which begins behind it. From the first manifest on the store says that it is unfinished, and
/// is refused by everyone else; the last manifest takes that back, and is written twice, so that both copies say so. <see cref="StoreInstaller"/> is in charge; nobody else has the store meanwhile.
/// </content>
public sealed partial class StateStore
{
    /// <summary>What is being installed; null in every store but one that a <see cref="StoreInstaller"/> has. Read by checkpoints, changed while none runs.</summary>
    private Installation? _install;

    /// <summary>Opens a home in order to install a state in it.</summary>
    internal static Task<StateStore> OpenForInstallAsync(IHome home, StateStoreOptions options, CancellationToken cancellationToken) => OpenAsync(home, options, installs: true, cancellationToken);

    /// <summary>The totals of what is there.</summary>
    internal (TreeTotals State, TreeTotals Local) InstalledTotals => (Versions.Head.State.Totals, Versions.Head.Local.Totals);

    /// <summary>Whether the home has pages, so that a state can be installed without the log.</summary>
    internal bool HasPages => _home.Pages is not null;

    /// <summary>The greatest key of a tree; null when it is empty.</summary>
    internal byte[]? LastKey(TreeKind tree)
    {
        TreeCursor cursor = new(Pages, tree == TreeKind.State ? Versions.Head.State : Versions.Head.Local, bound: [], end: [], reverse: true);
        return cursor.MoveNext() ? cursor.Key.ToArray() : null;
    }

    /// <summary>Begins, or goes on with what was begun.</summary>
    /// <exception cref="StoreNotEmptyException">The store has blocks, or records of another kind.</exception>
    /// <exception cref="ImportUnfinishedException">Something else is being installed in it.</exception>
    /// <exception cref="IOException">Writing failed.</exception>
    internal async ValueTask BeginInstallAsync(InstalledState target, Hash256 source)
    {
        ThrowIfUnwritable();
        StateVersion head = Versions.Head;
        if (_manifest.InstallSource is { } begun)
        {
            // How many blocks led to the state, each source counts for itself; what was begun with stays.
            if (_manifest.Installed! with { BlockCount = target.BlockCount } != target || begun != source)
            {
                throw Unfinished(_home);
            }

            target = _manifest.Installed;
        }
        else if (head.Height is not null || _log.End.Sequence > 0)
        {
            throw new StoreNotEmptyException(Location, head.Height);
        }

        _install = new Installation(target, source);
        Publish(InstallVersion(target, head.State, head.Local), new TreeChange { Root = head.State }, new TreeChange { Root = head.Local });
        if (_manifest.InstallSource is null)
        {
            await StartCheckpoint().ConfigureAwait(false);
        }
    }

    /// <summary>Adds entries behind those that are there.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="entries">Its entries, each with the height of its change.</param>
    internal void Install(TreeKind tree, ChangeBatch entries)
    {
        StateVersion head = Versions.Head;
        InstalledState target = _install!.Target;
        ulong ordinal = head.Ordinal + 1;
        ApplySlot appliers = _crew.Rent();
        TreeChange change = new();
        try
        {
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            TreeApplier applier = tree == TreeKind.State ? appliers.State : appliers.Local;
            applier.Apply(tree == TreeKind.State ? head.State : head.Local, entries, target.Height, ordinal, record: null, change);
            Pages.AddDraft(change.Created);
        }
        finally
        {
            _crew.Return(appliers);
        }

        TreeChange other = new() { Root = tree == TreeKind.State ? head.Local : head.State };
        (TreeChange state, TreeChange local) = tree == TreeKind.State ? (change, other) : (other, change);
        Publish(InstallVersion(target, state.Root, local.Root), state, local);

        // Nobody looks at what was there a moment ago.
        Versions.LetGoOfRecent(ordinal, keep: 1);
    }

    /// <summary>Makes what is there durable when there is much of it, so that memory is bounded and an interrupted import need not begin anew.</summary>
    /// <param name="most">The most bytes of pages that wait for it.</param>
    internal async ValueTask StoreInstalledAsync(long most)
    {
        if (DirtyBytes > most)
        {
            await StartCheckpoint().ConfigureAwait(false);
        }
    }

    /// <summary>Ends it: from here on the store is one like any other.</summary>
    /// <exception cref="StateCorruptedException">The entries are not those of the state that was announced. The store stays unfinished.</exception>
    /// <exception cref="IOException">Writing failed.</exception>
    internal async ValueTask FinishInstallAsync()
    {
        InstalledState target = _install!.Target;
        StateVersion head = Versions.Head;
        Require(head.State.Hash == target.Root, "state root of the imported entries", $"{target.Root}", $"{head.State.Hash}");
        Require(head.State.Totals == target.StateTotals, "totals of the imported state", $"{target.StateTotals}", $"{head.State.Totals}");
        Require(head.Local.Totals == target.LocalTotals, "totals of the imported local tree", $"{target.LocalTotals}", $"{head.Local.Totals}");
        _install = _install with { IsFinished = true };
        await StartCheckpoint().ConfigureAwait(false);

        // If the newest manifest rots later, the one before it counts, and must not take back what follows.
        await StartCheckpoint().ConfigureAwait(false);
        _install = null;
    }

    /// <summary>The refusal of a store that is the beginning of an import.</summary>
    private static ImportUnfinishedException Unfinished(IHome home) => ImportUnfinishedException.Of(home.Location, home.Pages!.Manifest);

    private StateVersion InstallVersion(InstalledState target, TreeRoot state, TreeRoot local) =>
        new(Versions.Head.Ordinal + 1, target.Height, target.BlockCount, target.TimeTicks, state, local, LogPosition.Start);

    private void Require(bool holds, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(Location, -1, what, expected, found);
        }
    }

    /// <summary>What is being installed.</summary>
    private sealed record Installation(InstalledState Target, Hash256 Source)
    {
        /// <summary>Whether all of it is there.</summary>
        public bool IsFinished { get; init; }

        /// <summary>Says so in a manifest.</summary>
        public Manifest Mark(Manifest manifest) => manifest with
        {
            Installed = Target,
            InstallSource = IsFinished ? null : Source,
            FloorHeight = Target.Height,
            PrunedBlocks = Target.BlockCount - 1,
        };
    }
}
