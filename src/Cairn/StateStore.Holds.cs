using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <content>Named holds on the log. They are durable before the call that places or releases them returns, and a broken one before anything it kept is removed.</content>
public sealed partial class StateStore
{
    /// <summary>Held while the holds are changed, and while the log is retired by them.</summary>
    private readonly SemaphoreSlim _holdsGate = new(1, 1);

    /// <summary>The holds, ascending by name; replaced as a whole under the gate.</summary>
    private IReadOnlyList<StoredHold> _holds;

    /// <summary>The named holds, ascending by name. A read-only store tells those it found when it was opened or refreshed.</summary>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public IReadOnlyList<LogHold> Holds
    {
        get
        {
            ThrowIfDisposed();
            return ReadHolds();
        }
    }

    /// <summary>
    /// Keeps the log above a height, for somebody who has the blocks up to it and will come for the rest: a follower, a backup. A hold of that name is moved there, and is whole again if it was broken. When the call
    /// returns, the hold survives a loss of power.
    /// </summary>
    /// <param name="name">The name: 1 to <see cref="LogHold.MaxNameBytes"/> bytes of UTF-8, printable.</param>
    /// <param name="from">The newest height that is not needed any more, up to the head's. The log above it must still be there: it is from the block before the floor on, and from every whole hold on. Any height before the first block keeps all.</param>
    /// <param name="maxBytes">The most bytes of log that the hold may keep beyond what the store keeps anyway, at least 1. A hold that would have to keep more breaks at the next checkpoint (<see cref="StoreEvent.HoldBroken"/>).</param>
    /// <param name="cancellationToken">Honoured until the hold is written.</param>
    /// <returns>The hold.</returns>
    /// <exception cref="HeightNotRetainedException">The log above the height is no longer there, or the height is above the head.</exception>
    /// <exception cref="ArgumentException">The name or the limit is out of range.</exception>
    /// <exception cref="InvalidOperationException">The store is read-only, has <see cref="LogHold.MaxHolds"/> holds already, or never retires its log (JSON lines), so that there is nothing to hold.</exception>
    /// <exception cref="IOException">Writing failed; the store takes no more writes.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    public async Task<LogHold> PlaceHoldAsync(string name, BlockHeight from, long maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (LogHold.FaultOf(name) is { } fault)
        {
            throw new ArgumentException($"The name of a hold, '{name}', {fault}.", nameof(name));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ThrowIfUnholdable();

        // A hold never refers to a block that a loss of power could take back.
        StateVersion head = Versions.Head;
        await SyncAsync(cancellationToken).ConfigureAwait(false);
        await _holdsGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfUnwritable();
            StoredHold[] others = [.. _holds.Where(hold => !IsNamed(hold, name))];
            if (others.Length >= LogHold.MaxHolds)
            {
                throw new InvalidOperationException($"The store has {others.Length} holds, the most there may be. Release one before placing '{name}'.");
            }

            StoredHold placed = new(name, from, PlaceOf(from, head), maxBytes, BrokenAtBytes: null);
            WriteHolds([.. others.Append(placed).OrderBy(static hold => hold.Name, StringComparer.Ordinal)]);
            return ToHold(placed);
        }
        finally
        {
            _holdsGate.Release();
        }
    }

    /// <summary>Releases a hold. What only it kept is removed at a later checkpoint.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Honoured until the release is written.</param>
    /// <returns>Whether there was a hold of that name.</returns>
    /// <exception cref="InvalidOperationException">The store is read-only, or never retires its log.</exception>
    /// <exception cref="IOException">Writing failed; the store takes no more writes.</exception>
    /// <exception cref="StoreFailedException">An earlier write failed.</exception>
    public async Task<bool> ReleaseHoldAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfUnholdable();
        await _holdsGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ThrowIfUnwritable();
            StoredHold[] others = [.. _holds.Where(hold => !IsNamed(hold, name))];
            bool isThere = others.Length < _holds.Count;
            if (isThere)
            {
                WriteHolds(others);
            }

            return isThere;
        }
        finally
        {
            _holdsGate.Release();
        }
    }

    private static bool IsNamed(StoredHold hold, string name) => string.Equals(hold.Name, name, StringComparison.Ordinal);

    /// <summary>The same for the metrics, which may be read while the store is being closed.</summary>
    private LogHold[] ReadHolds() => [.. Volatile.Read(ref _holds).Select(ToHold)];

    private LogHold ToHold(StoredHold hold) => new(hold.Name, hold.Height, hold.MaxBytes, hold.BrokenAtBytes ?? BytesKept(hold, Volatile.Read(ref _manifest)), hold.BrokenAtBytes is not null);

    /// <summary>The log that a whole hold keeps beyond what the floor keeps.</summary>
    private long BytesKept(StoredHold hold, Manifest manifest) =>
        hold.Place.Sequence < manifest.LogFloor.Sequence ? _log.Retention!.OccupiedBytes(hold.Place, manifest.LogFloor) : 0;

    /// <summary>The oldest place that a reader of the past, a whole hold, or else the floor, keeps.</summary>
    private LogPosition KeptFrom(LogPosition floor) =>
        Volatile.Read(ref _holds).Where(static hold => hold.BrokenAtBytes is null).Select(static hold => hold.Place).Append(floor).Append(_pins.Oldest ?? floor).MinBy(static place => place.Sequence);

    /// <summary>Breaks the holds that keep more than they may, durably: if the crash comes before what they kept is removed, they are broken and it is still there. The caller holds the gate.</summary>
    private List<StoredHold> BreakHolds()
    {
        Manifest manifest = Volatile.Read(ref _manifest);
        List<StoredHold> broken = [.. _holds.Where(hold => hold.BrokenAtBytes is null && BytesKept(hold, manifest) > hold.MaxBytes).Select(hold => hold with { BrokenAtBytes = BytesKept(hold, manifest) })];
        if (broken.Count > 0)
        {
            WriteHolds([.. _holds.Select(hold => broken.Find(other => IsNamed(other, hold.Name)) ?? hold)]);
        }

        return broken;
    }

    /// <summary>The place in the log behind the newest block at or below a height, found from the nearest place that is known.</summary>
    private LogPosition PlaceOf(BlockHeight from, StateVersion head)
    {
        if (head.Height is { } newest && from > newest)
        {
            throw new HeightNotRetainedException(from, FloorHeight, newest);
        }

        Manifest manifest = Volatile.Read(ref _manifest);
        if (from < manifest.Installed?.Height)
        {
            throw new HeightNotRetainedException(from, FloorHeight, head.Height);
        }

        LogPosition? known = from == head.Height ? head.After
            : from >= manifest.Height ? manifest.ReplayFrom
            : _holds.Where(hold => hold.BrokenAtBytes is null && hold.Height <= from).Select(static hold => (LogPosition?)hold.Place).MaxBy(static place => place!.Value.Sequence);
        LogPosition place = known ?? manifest.LogFloor;
        if (head.After.Sequence == place.Sequence)
        {
            return place;
        }

        bool isFirst = known is null;
        foreach (LogRecordHead record in _log.Records.ReadHeads(place))
        {
            bool isLive = record.Kind == RecordKind.Block && !AbandonedList.Holds(Abandoned, record.Sequence);
            if (isLive && record.Height > from)
            {
                bool isGone = isFirst && manifest.PrunedBlocks > 0 && from < record.ParentHeight;
                return isGone ? throw new HeightNotRetainedException(from, FloorHeight, head.Height) : place;
            }

            isFirst &= !isLive;
            place = record.After;
        }

        return place;
    }

    /// <summary>Writes the holds and takes them over; the caller holds the gate.</summary>
    private void WriteHolds(IReadOnlyList<StoredHold> holds)
    {
        try
        {
            _home.Holds!.Write(holds);
        }
        catch (Exception exception)
        {
            Latch(exception);
            throw;
        }

        Volatile.Write(ref _holds, holds);
    }

    private void ThrowIfUnholdable()
    {
        ThrowIfUnwritable();
        if (_home.Holds is null || _log.Retention is null)
        {
            throw new InvalidOperationException($"The store '{Location}' keeps every block for ever: there is nothing to hold.");
        }
    }
}
