using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cairn.Homes;

namespace Cairn;

/// <summary>
/// One migration: installs a state where the first block is not at hand, applies the blocks behind it, and compares the outcome with the source entry by entry. Used once, by one thread.
/// <list type="bullet">
/// <item>The head of the source is pinned from the beginning: that is what the target will be.</item>
/// <item>The target is a store of the source's history at any moment from the end of the installation on; so what is left to do shows from its height.</item>
/// </list>
/// </summary>
internal sealed class StateTransfer : IDisposable
{
    private const int ProgressSteps = 1024;

    private readonly StateStore _source;
    private readonly MigrationOptions _options;
    private readonly StateView _head;
    private ulong _installed;
    private ulong _applied;
    private bool _hasHeights = true;

    /// <summary>Prepares the migration of a store as it is now.</summary>
    public StateTransfer(StateStore source, MigrationOptions options)
    {
        _source = source;
        _options = options;
        _head = source.OpenView();
    }

    /// <summary>Opens the target at a height of the source, where need be after installing the state at one.</summary>
    public async Task<StateStore> OpenAsync(MigrationTarget target, CancellationToken cancellationToken)
    {
        try
        {
            StateStore? there = await target.OpenAsync(mayCreate: false, cancellationToken).ConfigureAwait(false);
            if (there is { Height: not null } || (there is not null && _head.Height is null))
            {
                await RefuseOtherAsync(target, there).ConfigureAwait(false);
                return there;
            }

            if (there is not null)
            {
                await there.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (ImportUnfinishedException)
        {
            // Ours, if the source is the same; else it is refused below.
        }

        using StateView? first = FirstState(out ulong blockCount);
        return first is null
            ? (await target.OpenAsync(mayCreate: true, cancellationToken).ConfigureAwait(false))!
            : await InstallAsync(target, first, blockCount, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Applies the blocks that the target does not have, and compares both stores.</summary>
    public async Task<MigrationReport> CompleteAsync(StateStore target, CancellationToken cancellationToken)
    {
        await ApplyBlocksAsync(target, cancellationToken).ConfigureAwait(false);
        if (_source.FinalizedHeight is { } final && target.FloorHeight <= final && final <= target.Height && !(target.FinalizedHeight >= final))
        {
            await target.FinalizeAsync(final, cancellationToken).ConfigureAwait(false);
        }

        ulong verified = Verify(target, cancellationToken);
        await target.CheckpointAsync(cancellationToken).ConfigureAwait(false);
        return new MigrationReport(target.Height, target.Root, target.FloorHeight, _installed, _applied, verified);
    }

    /// <inheritdoc/>
    public void Dispose() => _head.Dispose();

    /// <summary>The state that has to be installed before blocks can be applied; null where the first block is at hand and wanted, or there is none.</summary>
    private StateView? FirstState(out ulong blockCount)
    {
        blockCount = _head.Version.BlockCount;
        if (_head.Height is not { } head)
        {
            return null;
        }

        if (!_options.WithHistory)
        {
            return _source.ViewAt(head);
        }

        StoreStatistics statistics = _source.GetStatistics();
        if (_source.Blocks().FirstOrDefault() is { ParentHeight: null })
        {
            return null;
        }

        blockCount = statistics.BlockCount - statistics.RetainedBlocks + 1;
        return _source.ViewAt(statistics.FloorHeight!.Value);
    }

    private async Task<StateStore> InstallAsync(MigrationTarget target, StateView state, ulong blockCount, CancellationToken cancellationToken)
    {
        InstalledState installed = new(state.Height!.Value, state.TimeTicks, blockCount, state.Root, state.State.Totals, state.Local.Totals);
        StoreInstaller installer;
        try
        {
            installer = await target.InstallAsync(installed, SourceOf(installed), cancellationToken).ConfigureAwait(false);
        }
        catch (ImportUnfinishedException other)
        {
            throw new TargetRefusedException(target.Location, $"{other.Message} It is not this migration that was interrupted there. Choose another place.");
        }

        await using (installer.ConfigureAwait(false))
        {
            await CopyAsync(installer, TreeKind.State, state.State, installed, cancellationToken).ConfigureAwait(false);
            await CopyAsync(installer, TreeKind.Local, state.Local, installed, cancellationToken).ConfigureAwait(false);
            StateStore store = await installer.FinishAsync(cancellationToken).ConfigureAwait(false);
            _hasHeights = store.HasPages;
            return store;
        }
    }

    private async Task CopyAsync(StoreInstaller installer, TreeKind tree, ITreeReader reader, InstalledState installed, CancellationToken cancellationToken)
    {
        // The least key above the last one that is there.
        byte[] start = installer.LastKey(tree) is { } last ? [.. last.Span, 0] : [];
        ulong total = installed.StateTotals.Entries + installed.LocalTotals.Entries;
        using EntryScan scan = reader.Range(start, []);
        while (scan.MoveNext())
        {
            installer.Add(tree, scan.Key, scan.Value, scan.Height);
            if (++_installed % ProgressSteps == 0)
            {
                _options.OnProgress?.Invoke(new MigrationProgress("entries", _installed, total));
                await installer.StepAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ApplyBlocksAsync(StateStore target, CancellationToken cancellationToken)
    {
        if (_head.Height is not { } head || target.Height >= head)
        {
            return;
        }

        ulong total = _head.Version.BlockCount - target.GetStatistics().BlockCount;
        foreach (BlockRecord block in _source.Blocks(target.Height is { } done ? new BlockHeight(done.Value + 1) : null, head))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await ApplyAsync(target, block).ConfigureAwait(false);
            if (++_applied % ProgressSteps == 0)
            {
                _options.OnProgress?.Invoke(new MigrationProgress("blocks", _applied, total));
            }
        }
    }

    private static async Task ApplyAsync(StateStore target, BlockRecord block)
    {
        using BlockDraft draft = target.CreateDraft(block.Height);
        draft.TimeTicks = block.TimeTicks;
        draft.Payload = block.Payload;
        draft.ExpectedRoot = block.Root;
        Put(draft.State, block.StateChanges);
        Put(draft.Local, block.LocalChanges);
        await target.CommitAsync(draft, CancellationToken.None).ConfigureAwait(false);
        Require(target, draft.State.Totals == block.StateTotals && draft.Local.Totals == block.LocalTotals, $"totals after block {block.Height}", $"{block.StateTotals}, {block.LocalTotals}", $"{draft.State.Totals}, {draft.Local.Totals}");
    }

    private static void Put(TreeDraft tree, ChangeList changes)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            if (changes.HasNew(i))
            {
                tree.Put(changes.Key(i), changes.New(i));
            }
            else
            {
                tree.Delete(changes.Key(i));
            }
        }
    }

    /// <summary>Compares both trees of both stores entry by entry.</summary>
    private ulong Verify(StateStore target, CancellationToken cancellationToken)
    {
        using StateView copy = target.OpenView();
        Require(target, copy.Height == _head.Height, "height of the migrated store", $"{_head.Height}", $"{copy.Height}");
        Require(target, copy.Root == _head.Root, "state root of the migrated store", $"{_head.Root}", $"{copy.Root}");
        Require(target, copy.TimeTicks == _head.TimeTicks, "time of the newest block", $"{_head.TimeTicks}", $"{copy.TimeTicks}");
        Require(target, copy.State.Totals == _head.State.Totals && copy.Local.Totals == _head.Local.Totals, "totals of the trees", $"{_head.State.Totals}, {_head.Local.Totals}", $"{copy.State.Totals}, {copy.Local.Totals}");
        ulong total = copy.State.Totals.Entries + copy.Local.Totals.Entries;
        ulong verified = 0;
        foreach ((ITreeReader expected, ITreeReader found) in ((ITreeReader, ITreeReader)[])[(_head.State, copy.State), (_head.Local, copy.Local)])
        {
            using EntryScan one = expected.Range([], []);
            using EntryScan other = found.Range([], []);
            while (one.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                string key = Convert.ToHexStringLower(one.Key);
                Require(target, other.MoveNext() && one.Key.SequenceEqual(other.Key), "key of the migrated store", key, "another one");
                Require(target, one.Value.SequenceEqual(other.Value), $"value of key {key}", $"{one.Value.Length} bytes", "other bytes");
                Require(target, !_hasHeights || one.Height == other.Height, $"height of the last change of key {key}", $"{one.Height}", $"{other.Height}");
                if (++verified % ProgressSteps == 0)
                {
                    _options.OnProgress?.Invoke(new MigrationProgress("verifying", verified, total));
                }
            }
        }

        return verified;
    }

    /// <summary>Refuses a target whose newest block is none of the source's.</summary>
    private async Task RefuseOtherAsync(MigrationTarget target, StateStore there)
    {
        bool isOurs = there.Height is not { } height || (height <= _head.Height && _source.FloorHeight <= height && _source.RootAt(height) == there.Root);
        if (!isOurs)
        {
            (BlockHeight? found, Hash256 root) = (there.Height, there.Root);
            await there.DisposeAsync().ConfigureAwait(false);
            throw new TargetRefusedException(target.Location, $"a store is there at height {found} with root {root}, which '{_source.Location}' does not have at that height (it retains {_source.FloorHeight} to {_head.Height}). Choose another place.");
        }

        // Heights of changes are lost where a state became the first block of a store without pages.
        _hasHeights = there.HasPages || there.FloorHeight is null || there.Blocks().FirstOrDefault() is not { } first || first.Height != there.FloorHeight || first.StateChanges.Count == 0 || HasBlock(first);
    }

    /// <summary>Whether the source has the same block, and not only a state at that height.</summary>
    private bool HasBlock(BlockRecord block)
    {
        BlockRecord? own = _source.FloorHeight <= block.Height ? _source.Blocks(block.Height, block.Height).FirstOrDefault() : null;
        return own?.ParentHeight == block.ParentHeight && own?.StateChanges.Count == block.StateChanges.Count;
    }

    /// <summary>Tells this migration from others that would install a state at the same height with the same root.</summary>
    private Hash256 SourceOf(InstalledState installed) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"migration\n{_source.Location}\n{installed}"))));

    private static void Require(StateStore target, bool holds, string what, string expected, string found)
    {
        if (!holds)
        {
            throw new StateCorruptedException(target.Location, -1, what, expected, found);
        }
    }
}
