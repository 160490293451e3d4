using System.Diagnostics;
using Cairn.Tree;

namespace Cairn;

/// <summary>
/// A block being written, for a height, on the head or on another draft. Reads what it has written. For one thread at a time. Disposing it without committing discards it.
/// </summary>
public sealed class BlockDraft : IDisposable
{
    private readonly StateStore _store;
    private BlockDraft? _parent;
    private StateVersion? _pinned;
    private AppliedDraft? _applied;
    private ReadOnlyMemory<byte>? _payload;
    private int _holders = 1;
    private bool _disposed;
    private bool _sealed;

    /// <summary>Makes a draft on the pinned head.</summary>
    internal BlockDraft(StateStore store, BlockHeight height, StateVersion head)
        : this(store, height, head.Height, head.Ordinal, head.Ordinal, head.State, head.Local) => _pinned = head;

    /// <summary>Makes a draft on another one, which is sealed by it.</summary>
    internal BlockDraft(StateStore store, BlockHeight height, BlockDraft parent)
        : this(store, height, parent.Height, parent.Ordinal, readsVersion: 0, parent.Seal().State.Root, parent.Apply().Local.Root)
    {
        _parent = parent;
        parent.Hold();
    }

    private BlockDraft(StateStore store, BlockHeight height, BlockHeight? baseHeight, ulong baseOrdinal, ulong readsVersion, TreeRoot state, TreeRoot local)
    {
        _store = store;
        Height = height;
        BaseHeight = baseHeight;
        BaseState = state;
        BaseLocal = local;
        Ordinal = baseOrdinal + 1;
        State = new TreeDraft(this, new TreeView(store.Pages, state, ThrowIfDisposed, TreeKind.State, readsVersion), store.Buffers.RentChanges());
        Local = new TreeDraft(this, new TreeView(store.Pages, local, ThrowIfDisposed, TreeKind.Local, readsVersion), store.Buffers.RentChanges());
    }

    /// <summary>The height of the block.</summary>
    public BlockHeight Height { get; }

    /// <summary>The height of the block it is built on; null for the empty store.</summary>
    public BlockHeight? BaseHeight { get; }

    /// <summary>The time of the block in 100 ns ticks since 1970-01-01 UTC; null, the default, for none. Stored with the block; the state does not depend on it.</summary>
    public long? TimeTicks { get; set; }

    /// <summary>What to store with the block, up to <see cref="StateLimits.MaxPayloadBytes"/> bytes; null, the default, for nothing. Copied.</summary>
    /// <exception cref="ArgumentException">It is too long.</exception>
    public ReadOnlyMemory<byte>? Payload
    {
        get => _payload;
        set
        {
            if (value is { Length: > StateLimits.MaxPayloadBytes } tooLong)
            {
                throw new ArgumentException($"A payload has at most {StateLimits.MaxPayloadBytes} bytes, not {tooLong.Length}.", nameof(value));
            }

            _payload = value is { } payload ? payload.ToArray() : (ReadOnlyMemory<byte>?)null;
        }
    }

    /// <summary>The state root the block has to have; null, the default, for any. With another root the commit is refused.</summary>
    public Hash256? ExpectedRoot { get; set; }

    /// <summary>The state tree.</summary>
    public TreeDraft State { get; }

    /// <summary>The local tree.</summary>
    public TreeDraft Local { get; }

    /// <summary>How many savepoints are open.</summary>
    public int SavepointDepth => State.Changes.SavepointDepth;

    /// <summary>The ordinal the version will have.</summary>
    internal ulong Ordinal { get; }

    /// <summary>The trees it is built on.</summary>
    internal TreeRoot BaseState { get; }

    /// <summary>The trees it is built on.</summary>
    internal TreeRoot BaseLocal { get; }

    /// <summary>The store it belongs to.</summary>
    internal StateStore Store => _store;

    /// <summary>Set before its record is given to the log, which may keep it even when the commit fails.</summary>
    internal bool HasBeenLogged { get; set; }

    /// <summary>The version it became; null before it is committed.</summary>
    internal StateVersion? Committed { get; private set; }

    /// <summary>Opens a savepoint over both trees. Savepoints nest.</summary>
    /// <exception cref="InvalidOperationException">The draft was committed, or another draft is built on it.</exception>
    public void Begin()
    {
        ThrowIfUnchangeable();
        State.Changes.Begin();
        Local.Changes.Begin();
    }

    /// <summary>Closes the innermost savepoint and keeps its changes, which become part of the one around it: a rollback of that takes them back too.</summary>
    /// <exception cref="InvalidOperationException">No savepoint is open, or the draft cannot be changed.</exception>
    public void Release()
    {
        ThrowIfNoSavepoint();
        State.Changes.Release();
        Local.Changes.Release();
    }

    /// <summary>Closes the innermost savepoint and takes its changes back.</summary>
    /// <exception cref="InvalidOperationException">No savepoint is open, or the draft cannot be changed.</exception>
    public void Rollback()
    {
        ThrowIfNoSavepoint();
        DropApplied();
        State.Changes.Rollback();
        Local.Changes.Rollback();
    }

    /// <summary>Computes the state root the block would have now. Kept until the next change, so that a commit right after it does not compute again.</summary>
    /// <exception cref="BlockTooLargeException">The log record, with the old values, would be too large.</exception>
    public Hash256 ComputeRoot()
    {
        ThrowIfDisposed();
        return Apply().State.Root.Hash;
    }

    /// <summary>Discards the draft unless it was committed. Drafts built on it can still be read, not committed.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            if (Committed is not null)
            {
                // Drafts built on this one need nothing from below it any more. Without this, a chain of drafts that each were built on the one before would keep every version since its first.
                LetGoOfBase()?.Unhold();
            }

            Unhold();
        }
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);

    /// <summary>Checks that a change may be made, and forgets what was computed without it.</summary>
    internal void BeforeChange(ChangeSet changes, ReadOnlySpan<byte> key, int valueBytes)
    {
        ThrowIfUnchangeable();
        long other = (ReferenceEquals(changes, State.Changes) ? Local : State).Changes.ByteCount;
        long most = other + changes.ByteCount + key.Length + valueBytes;
        if (most > StateLimits.MaxBlockBytes && other + changes.ByteCountAfter(key, valueBytes) is long after and > StateLimits.MaxBlockBytes)
        {
            throw new BlockTooLargeException(Height, "its keys and values together", after, StateLimits.MaxBlockBytes);
        }

        if (!changes.HasRoomFor(key.Length + valueBytes))
        {
            throw new BlockTooLargeException(Height, "everything written into the draft, overwritten values included,", ChangeSet.MaxBufferBytes + key.Length + valueBytes, ChangeSet.MaxBufferBytes);
        }

        DropApplied();
    }

    /// <summary>Applies the draft to the trees it is built on, unless that is done.</summary>
    internal AppliedDraft Apply()
    {
        return _applied ??= ApplyInTurn() ?? ApplyAgain();
    }

    private AppliedDraft? ApplyInTurn()
    {
        _store.Pages.BeginApplying();
        try
        {
            return _store.TryApply(this);
        }
        finally
        {
            _store.Pages.EndApplying();
        }
    }

    private AppliedDraft ApplyAgain()
    {
        _store.Pages.HoldMoves();
        try
        {
            return _store.TryApply(this) ?? throw new UnreachableException("No page is moved meanwhile.");
        }
        finally
        {
            _store.Pages.ReleaseMoves();
        }
    }

    /// <summary>The ordinal of the version the draft is built on; with a draft between them, of that one's, until it is committed.</summary>
    internal ulong FindBaseOrdinal()
    {
        BlockDraft? parent = _parent;
        return parent is null ? _pinned?.Ordinal ?? 0 : parent.Committed?.Ordinal ?? parent.FindBaseOrdinal();
    }

    /// <summary>Whether a version is what the draft was built on.</summary>
    internal bool IsOn(StateVersion head) => ReferenceEquals(_parent is null ? _pinned : _parent.Committed, head);

    /// <summary>
    /// Takes note of being committed: its pages are the store's now. What it is built on stays pinned beside them until it is disposed: its own reads start there, those of drafts built on it in the version it became.
    /// </summary>
    internal void MarkCommitted(StateVersion version)
    {
        _store.Versions.PinAgain(version);
        Committed = version;
    }

    private AppliedDraft Seal()
    {
        ThrowIfDisposed();
        if (SavepointDepth > 0)
        {
            throw new InvalidOperationException($"The draft of block {Height} has {SavepointDepth} open savepoints. Release or roll them back before building on it.");
        }

        AppliedDraft applied = Apply();
        _sealed = true;
        return applied;
    }

    /// <summary>Adds a reason to keep the pages and the memory of the changes.</summary>
    internal void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Gives up one reason to keep them: the draft itself, a draft built on it, or a commit of it.</summary>
    internal void Unhold()
    {
        for (BlockDraft? draft = this; draft is not null && Interlocked.Decrement(ref draft._holders) == 0; draft = draft.LetGoOfBase())
        {
            draft.DropApplied();

            // The last one back is the first one taken: what a state tree needed goes to the next one, which needs as much.
            _store.Buffers.Return(draft.Local.TakeChanges());
            _store.Buffers.Return(draft.State.TakeChanges());
            if (draft.Committed is { } version)
            {
                _store.Versions.Unpin(version, isView: false);
            }
        }
    }

    /// <summary>Lets go of what the draft is built on, once.</summary>
    /// <returns>The draft it was built on, which the caller lets go of.</returns>
    private BlockDraft? LetGoOfBase()
    {
        if (_pinned is { } pinned)
        {
            _pinned = null;
            _store.Versions.Unpin(pinned, isView: false);
        }

        BlockDraft? parent = _parent;
        _parent = null;
        return parent;
    }

    private void DropApplied()
    {
        if (_applied is not { } applied)
        {
            return;
        }

        _applied = null;
        if (Committed is null)
        {
            applied.Discard(_store.Pages);
        }

        applied.Release(keepRecords: HasBeenLogged && _store.KeepsRecords);
    }

    private void ThrowIfUnchangeable()
    {
        ThrowIfDisposed();
        if (Committed is not null || _sealed)
        {
            throw new InvalidOperationException(Committed is not null
                ? $"Block {Height} is committed and cannot be changed."
                : $"The draft of block {Height} cannot be changed: another draft is built on it.");
        }
    }

    private void ThrowIfNoSavepoint()
    {
        ThrowIfUnchangeable();
        if (SavepointDepth == 0)
        {
            throw new InvalidOperationException($"The draft of block {Height} has no open savepoint.");
        }
    }
}
