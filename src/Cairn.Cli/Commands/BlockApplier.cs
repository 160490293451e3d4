using System.Diagnostics;
using Cairn.Cli.Input;

namespace Cairn.Cli.Commands;

/// <summary>How blocks are applied.</summary>
internal sealed class BlockApplierOptions
{
    /// <summary>The store.</summary>
    public required string Store { get; init; }

    /// <summary>The kind of home a new store gets, as in URIs; null for the default.</summary>
    public string? Home { get; init; }

    /// <summary>When a block is made durable.</summary>
    public Durability Durability { get; init; } = Durability.Durable;

    /// <summary>How many blocks the log retains; 0 for all, null for the default.</summary>
    public long? RetainBlocks { get; init; }

    /// <summary>The options of the store.</summary>
    /// <param name="createIfMissing">Whether it may be created.</param>
    public StateStoreOptions ToStoreOptions(bool createIfMissing)
    {
        StateStoreOptions defaults = new();
        return new StateStoreOptions { Durability = Durability, CreateIfMissing = createIfMissing, RetainAll = RetainBlocks == 0, RetainBlocks = RetainBlocks is > 0 and { } blocks ? blocks : defaults.RetainBlocks };
    }

    /// <summary>Whether blocks at or below the head are skipped.</summary>
    public bool Resume { get; init; }

    /// <summary>Called for each block, in order, once it is durable.</summary>
    public Action<BlockHeight, Hash256>? OnDurable { get; init; }
}

/// <summary>What was done.</summary>
/// <param name="Blocks">Blocks committed.</param>
/// <param name="Skipped">Blocks the store had already.</param>
/// <param name="Changes">Keys that really changed, both trees together.</param>
/// <param name="Height">The height of the head; null when there is no block.</param>
/// <param name="Root">The state root at the head.</param>
/// <param name="Entries">The entries of the state tree.</param>
internal readonly record struct ApplySummary(long Blocks, long Skipped, long Changes, BlockHeight? Height, Hash256 Root, ulong Entries);

/// <summary>
/// Applies blocks from streams to a store, one commit a block. A store that does not exist is created when the first block was understood, so that
/// malformed input leaves nothing behind.
/// </summary>
internal sealed class BlockApplier(CliStreams streams, BlockApplierOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private readonly Queue<(BlockHeight Height, Hash256 Root)> _undurable = new();
    private StateStore? _store;
    private bool _hasLooked;
    private long _blocks;
    private long _skipped;
    private long _changes;
    private long _lastProgress = Stopwatch.GetTimestamp();
    private bool _hasProgress;

    /// <summary>What was done, once <see cref="FinishAsync"/> has returned.</summary>
    public ApplySummary Summary { get; private set; } = new(0, 0, 0, null, Hash256.EmptyRoot, 0);

    /// <summary>Applies all blocks of a stream.</summary>
    /// <param name="input">The blocks.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellationToken">Ends it between two blocks.</param>
    public async Task ApplyAsync(Stream input, string name, CancellationToken cancellationToken)
    {
        BlockLineReader reader = new(input, name);
        try
        {
            await OpenExistingAsync(cancellationToken);
            BlockHeight? last = null;
            while (await reader.ReadAsync(cancellationToken) is { } block)
            {
                StateStore store = _store ??= await CreateAsync(cancellationToken);
                if (last is { } before && block.Height <= before)
                {
                    throw Refused(name, block, $"height {block.Height} is not above {before}, the height of the line before.");
                }

                last = block.Height;
                if (options.Resume && store.Height is { } head && block.Height <= head)
                {
                    CompareCommitted(store, block, name);
                    _skipped++;
                }
                else
                {
                    await CommitAsync(store, block, name);
                }

                ShowProgress(store);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        catch (Exception exception) when (exception is MalformedInputException or CliException or OperationCanceledException)
        {
            await SettleAsync();
            throw Explained(exception);
        }
        catch (Exception exception) when (_blocks > 0 && (exception is IOException or StoreFailedException))
        {
            throw new CliException(ExitCode.InputOutput, $"{exception.Message} What is durable is kept, up to height {_store?.DurableHeight}. Remove the cause and run the same command with --resume to go on.");
        }
        finally
        {
            ClearProgress();
        }
    }

    /// <summary>Makes everything durable and closes the store.</summary>
    public async Task FinishAsync()
    {
        if (_store is not { } store)
        {
            return;
        }

        await store.SyncAsync(CancellationToken.None);
        GiveDurable(store);
        using (StateView view = store.OpenView())
        {
            Summary = new ApplySummary(_blocks, _skipped, _changes, view.Height, view.Root, view.State.Totals.Entries);
        }

        await DisposeAsync();
    }

    /// <summary>Closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_store is { } store)
        {
            _store = null;
            await store.DisposeAsync();
        }
    }

    private async Task OpenExistingAsync(CancellationToken cancellationToken)
    {
        if (_hasLooked || StoreLocation.IsMemory(options.Store))
        {
            return;
        }

        _hasLooked = true;
        try
        {
            _store = await StateStore.OpenAsync(options.Store, options.ToStoreOptions(createIfMissing: false), cancellationToken);
        }
        catch (StoreNotFoundException)
        {
            return; // created with the first block
        }

        SayWhatOpeningFound(_store.Recovery);
        if (options.Home is { } home && !_store.Location.StartsWith(home + ":", StringComparison.Ordinal))
        {
            throw new CliException(ExitCode.Malformed, $"the store '{options.Store}' exists and is of another kind than --home says; leave --home out, it only counts for a new store.");
        }
    }

    /// <summary>An operator should know that an interrupted write was cut off, or that something damaged could be done without.</summary>
    private void SayWhatOpeningFound(RecoveryReport report)
    {
        if (report.BytesTruncated > 0)
        {
            CliApplication.Say(streams, $"the store was not closed; {report.BytesTruncated} bytes of an interrupted write, never acknowledged as durable, were cut off {report.TruncatedFile}.");
        }

        foreach (string warning in report.Warnings)
        {
            CliApplication.Say(streams, warning);
        }
    }

    private Task<StateStore> CreateAsync(CancellationToken cancellationToken) =>
        StateStore.OpenAsync(StoreLocation.ForCreation(options.Store, options.Home), options.ToStoreOptions(createIfMissing: true), cancellationToken);

    private async Task CommitAsync(StateStore store, BlockLine block, string name)
    {
        try
        {
            using BlockDraft draft = store.CreateDraft(block.Height);
            draft.TimeTicks = block.TimeTicks;
            draft.Payload = block.Payload;
            draft.ExpectedRoot = block.Root;
            foreach (BlockLineChange change in block.Changes)
            {
                TreeDraft tree = change.Tree == TreeKind.Local ? draft.Local : draft.State;
                if (change.Value is { } value)
                {
                    tree.Put(change.Key.Span, value.Span);
                }
                else
                {
                    tree.Delete(change.Key.Span);
                }
            }

            CommittedBlock committed = await store.CommitAsync(draft, CancellationToken.None);
            _blocks++;
            _changes += committed.Changes;
            if (options.OnDurable is not null)
            {
                _undurable.Enqueue((committed.Height, committed.Root));
                GiveDurable(store);
            }
        }
        catch (HeightNotAboveException exception)
        {
            throw Refused(name, block, $"height {block.Height} is not above {exception.BaseHeight}, the last one of the store. --resume skips what the store has already.");
        }
        catch (RootMismatchException exception)
        {
            throw Refused(name, block, exception.Message);
        }
        catch (BlockTooLargeException exception)
        {
            throw new CliException(ExitCode.Malformed, $"{name}, line {block.Line}: {exception.Message}");
        }
    }

    /// <summary>Compares a block that the store has already, as far as the store still knows: the head always, heights before it while they are kept.</summary>
    private static void CompareCommitted(StateStore store, BlockLine block, string name)
    {
        StateView view;
        try
        {
            view = store.ViewAt(block.Height);
        }
        catch (HeightNotRetainedException)
        {
            return;
        }

        using (view)
        {
            if (view.Height != block.Height)
            {
                throw Refused(name, block, $"the store has no block of height {block.Height}, but one of {view.Height} and one above: it holds another chain.");
            }

            if (block.Root is { } root && view.Root != root)
            {
                throw Refused(name, block, $"the store has root {view.Root} at height {block.Height}, the line says {root}: it holds another chain.");
            }
        }
    }

    private static CliException Refused(string name, BlockLine block, string reason) => new(ExitCode.Refused, $"{name}, line {block.Line}: {reason}");

    private void GiveDurable(StateStore store)
    {
        while (_undurable.TryPeek(out (BlockHeight Height, Hash256 Root) block) && store.DurableHeight is { } durable && block.Height <= durable)
        {
            options.OnDurable?.Invoke(block.Height, block.Root);
            _undurable.Dequeue();
        }
    }

    /// <summary>After a refusal: what was committed before stays, so it is made durable and told.</summary>
    private async Task SettleAsync()
    {
        if (_store is not { } store)
        {
            return;
        }

        await store.SyncAsync(CancellationToken.None);
        GiveDurable(store);
    }

    private CliException Explained(Exception exception)
    {
        string kept = _blocks > 0 ? $" What was applied before it is kept: {_blocks} {(_blocks == 1 ? "block" : "blocks")}, up to height {_store?.Height}." : "";
        return exception switch
        {
            OperationCanceledException => new CliException(ExitCode.Interrupted, $"interrupted between two blocks; {(_store?.Height is { } height ? $"the store is at height {height}" : "nothing was written")}. Run the same command with --resume to go on."),
            CliException refusal => new CliException(refusal.ExitCode, refusal.Message + kept),
            _ => new CliException(ExitCode.Malformed, exception.Message + "." + kept),
        };
    }

    private void ShowProgress(StateStore store)
    {
        if (streams.IsErrorTerminal && Stopwatch.GetElapsedTime(_lastProgress) >= ProgressInterval)
        {
            _lastProgress = Stopwatch.GetTimestamp();
            _hasProgress = true;
            streams.Error.Write($"\r{_blocks} blocks applied, {_skipped} skipped, height {store.Height}   ");
        }
    }

    private void ClearProgress()
    {
        if (_hasProgress)
        {
            streams.Error.Write("\r\u001b[K");
            _hasProgress = false;
        }
    }
}
