using System.Diagnostics;

namespace Cairn;

/// <summary>
/// Gathers small writes of many callers and writes them together, as one block with one sync, when enough have gathered or the oldest has waited long enough. Safe for any thread. What is added in one call stays together; calls that follow
/// each other are written in their order.
/// </summary>
/// <remarks>
/// A failure that leaves the store open (somebody else was committing, say) keeps what has gathered, which is tried again after the delay or by <see cref="FlushAsync"/>. After one that does not, the batcher takes nothing more and
/// <see cref="TakeUnwritten"/> gives what it still has: write that to the store once it is open again. Whether the last block became durable is decided by reopening; writing it again is harmless, since putting the value
/// a key already has is no change.
/// </remarks>
public sealed class KeyValueBatcher : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly string _location;
    private readonly Func<KeyValueBatch, Range, Task<CommittedBlock>> _write;
    private readonly KeyValueBatcherOptions _options;
    private readonly ITimer _timer;
    private readonly Task _loop;
    private readonly List<(ulong Group, TaskCompletionSource Waiter)> _flushes = [];
    private KeyValueBundle _gathering = new();
    private KeyValueBundle _writing = new();
    private TaskCompletionSource _due = NewSignal();
    private TaskCompletionSource _room = NewSignal();
    private Exception? _failure;
    private ulong _added;
    private ulong _written;
    private bool _closing;

    /// <summary>Makes a batcher.</summary>
    /// <param name="store">The store. It has to outlive the batcher.</param>
    /// <param name="options">When to write; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public KeyValueBatcher(KeyValueStore store, KeyValueBatcherOptions? options = null)
        : this(NotNull(store).State.Location, (batch, changes) => store.WritePartAsync(batch, changes, CancellationToken.None), options)
    {
    }

    /// <summary>Makes a batcher that writes some of the changes of a batch as one block in its own way.</summary>
    internal KeyValueBatcher(string location, Func<KeyValueBatch, Range, Task<CommittedBlock>> write, KeyValueBatcherOptions? options)
    {
        _location = location;
        _write = write;
        _options = options ?? new KeyValueBatcherOptions();
        _options.Validate();
        _timer = _options.TimeProvider.CreateTimer(static state => ((KeyValueBatcher)state!).SetDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The bytes of keys and values that wait to be written.</summary>
    public long PendingBytes
    {
        get
        {
            lock (_lock)
            {
                return _gathering.Changes.ByteCount + _writing.Changes.ByteCount;
            }
        }
    }

    /// <summary>Adds a put. The task ends when it is taken in, not when it is written: see <see cref="FlushAsync"/>.</summary>
    /// <param name="key">The key. Copied before the call returns.</param>
    /// <param name="value">The value. Copied before the call returns.</param>
    /// <param name="cancellationToken">Ends waiting for room; nothing was added then.</param>
    /// <exception cref="ArgumentException">The key or value is too short or too long.</exception>
    /// <inheritdoc cref="AddAsync" path="/exception"/>
    public ValueTask PutAsync(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, CancellationToken cancellationToken = default)
    {
        KeyValueBatch batch = new();
        batch.Put(key, value);
        return AddAsync(batch, cancellationToken);
    }

    /// <summary>Adds a deletion. The task ends when it is taken in, not when it is written: see <see cref="FlushAsync"/>.</summary>
    /// <param name="key">The key. Copied before the call returns.</param>
    /// <param name="cancellationToken">Ends waiting for room; nothing was added then.</param>
    /// <exception cref="ArgumentException">The key is too short or too long.</exception>
    /// <inheritdoc cref="AddAsync" path="/exception"/>
    public ValueTask DeleteAsync(ReadOnlySpan<byte> key, CancellationToken cancellationToken = default)
    {
        KeyValueBatch batch = new();
        batch.Delete(key);
        return AddAsync(batch, cancellationToken);
    }

    /// <summary>Adds a batch, which stays together. The task ends when it is taken in, not when it is written; it waits while <see cref="KeyValueBatcherOptions.PendingBytes"/> are waiting.</summary>
    /// <param name="batch">The changes. It must not be changed until the task ends.</param>
    /// <param name="cancellationToken">Ends waiting for room; nothing was added then.</param>
    /// <exception cref="StoreFailedException">Writing failed for good, with the cause.</exception>
    /// <exception cref="ObjectDisposedException">The batcher is disposed.</exception>
    public ValueTask AddAsync(KeyValueBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return AcceptAsync(batch, writer: null, cancellationToken);
    }

    /// <summary>Adds a batch and waits until it is written, together with what others add meanwhile: many callers share one sync.</summary>
    /// <param name="batch">The changes. It must not be changed until the task ends.</param>
    /// <param name="cancellationToken">Ends waiting for room; nothing was added then. Not honoured once the batch is taken in.</param>
    /// <returns>The block that holds it, with whatever else.</returns>
    /// <exception cref="StoreFailedException">Writing failed for good, with the cause; <see cref="TakeUnwritten"/> gives the changes.</exception>
    /// <exception cref="ObjectDisposedException">The batcher is disposed.</exception>
    public async Task<CommittedBlock> WriteAsync(KeyValueBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        TaskCompletionSource<CommittedBlock> writer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await AcceptAsync(batch, writer, cancellationToken).ConfigureAwait(false);
        return await writer.Task.ConfigureAwait(false);
    }

    /// <summary>Writes what has gathered now, and waits until everything taken in before the call is written.</summary>
    /// <param name="cancellationToken">Ends the waiting; what has gathered is written all the same.</param>
    /// <exception cref="Exception">What the commit threw. Unless the batcher failed for good, the changes stay and are tried again.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default)
    {
        TaskCompletionSource flush = NewSignal();
        lock (_lock)
        {
            if (_failure is { } failure)
            {
                return Task.FromException(Failed(failure));
            }

            if (_written == _added)
            {
                return Task.CompletedTask;
            }

            _flushes.Add((_added, flush));
            _due.TrySetResult();
        }

        return flush.Task.WaitAsync(cancellationToken);
    }

    /// <summary>What was taken in and not written, in order; empty unless writing failed for good or the batcher is disposed.</summary>
    /// <remarks>Whether a block whose writing failed is durable all the same is decided by reopening the store. Writing its changes again is harmless.</remarks>
    public IReadOnlyList<KeyValueBatch> TakeUnwritten()
    {
        lock (_lock)
        {
            if (_failure is null)
            {
                return [];
            }

            KeyValueBatch[] unwritten = [.. new[] { _writing, _gathering }.Select(static bundle => bundle.TakeUnwritten()).Where(static batch => batch.Count > 0)];
            _writing.Clear();
            _gathering.Clear();
            return unwritten;
        }
    }

    /// <summary>Takes nothing more, and writes what has gathered.</summary>
    /// <exception cref="Exception">What the last commit threw, when something was not written: <see cref="TakeUnwritten"/> gives it.</exception>
    public async ValueTask DisposeAsync()
    {
        bool first;
        lock (_lock)
        {
            first = !_closing;
            _closing = true;
            _due.TrySetResult();
            _room.TrySetResult();
        }

        await _loop.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (first && _failure is { } failure)
        {
            throw Failed(failure);
        }
    }

    private static KeyValueStore NotNull(KeyValueStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StoreFailedException Failed(Exception cause) => cause as StoreFailedException ?? new StoreFailedException(_location, cause);

    private async ValueTask AcceptAsync(KeyValueBatch batch, TaskCompletionSource<CommittedBlock>? writer, CancellationToken cancellationToken)
    {
        while (!TryAccept(batch, writer, out Task room))
        {
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes a group in.</summary>
    /// <param name="batch">The group.</param>
    /// <param name="writer">Who waits for it to be written.</param>
    /// <param name="room">What to wait for before the next attempt.</param>
    private bool TryAccept(KeyValueBatch batch, TaskCompletionSource<CommittedBlock>? writer, out Task room)
    {
        lock (_lock)
        {
            if (_failure is { } failure)
            {
                throw Failed(failure);
            }

            ObjectDisposedException.ThrowIf(_closing, this);
            KeyValueBatch gathered = _gathering.Changes;
            long pending = gathered.ByteCount + _writing.Changes.ByteCount;
            if (pending > 0 && pending + batch.ByteCount > _options.PendingBytes)
            {
                _due.TrySetResult();
                if (_room.Task.IsCompleted)
                {
                    _room = NewSignal();
                }

                room = _room.Task;
                return false;
            }

            if (_gathering.Unwritten == 0)
            {
                _timer.Change(_options.FlushDelay, Timeout.InfiniteTimeSpan);
            }

            _gathering.Add(batch, writer);
            _added++;
            if (gathered.ByteCount >= _options.FlushBytes || gathered.Count >= _options.FlushChanges)
            {
                _due.TrySetResult();
            }

            room = Task.CompletedTask;
            return true;
        }
    }

    private void SetDue()
    {
        lock (_lock)
        {
            _due.TrySetResult();
        }
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await _due.Task.ConfigureAwait(false);
            bool closing;
            lock (_lock)
            {
                _due = NewSignal();
                closing = _closing;
                if (_writing.Unwritten == 0)
                {
                    (_writing, _gathering) = (_gathering, _writing);
                }
            }

            Exception? failure = await TryWriteAsync().ConfigureAwait(false);
            if (Conclude(failure, closing))
            {
                return;
            }
        }
    }

    /// <summary>Writes the bundle, in several blocks where the values it replaces make one too large.</summary>
    private async Task<Exception?> TryWriteAsync()
    {
        int groups = _writing.Unwritten;
        while (_writing.Unwritten > 0)
        {
            groups = Math.Min(groups, _writing.Unwritten);
            try
            {
                CommittedBlock block = await _write(_writing.Changes, _writing.NextChanges(groups)).ConfigureAwait(false);
                lock (_lock)
                {
                    _writing.Complete(groups, block);
                    _written += (ulong)groups;
                }
            }
            catch (BlockTooLargeException) when (groups > 1)
            {
                groups /= 2;
            }
            catch (Exception exception)
            {
                return exception;
            }
        }

        return null;
    }

    /// <summary>Tells those who wait how it went.</summary>
    /// <returns>Whether that was the end.</returns>
    private bool Conclude(Exception? failure, bool closing)
    {
        lock (_lock)
        {
            if (failure is null)
            {
                _writing.Clear();
            }
            else if (closing || IsFinal(failure))
            {
                _failure = failure;
                _writing.Fail(Failed(failure));
                _gathering.Fail(Failed(failure));
            }

            bool ends = _failure is not null || (closing && _gathering.Unwritten == 0);
            foreach ((ulong group, TaskCompletionSource waiter) in _flushes)
            {
                if (group <= _written)
                {
                    waiter.TrySetResult();
                }
                else if (failure is not null)
                {
                    waiter.TrySetException(_failure is null ? failure : Failed(failure));
                }
            }

            _flushes.RemoveAll(static flush => flush.Waiter.Task.IsCompleted);
            if (!ends)
            {
                ContinueWith(retries: failure is not null);
            }

            _room.TrySetResult();
            Debug.Assert(!ends || _flushes.Count == 0, "Nobody waits for what does not come.");
            return ends;
        }
    }

    /// <summary>Sees to it that the next round comes.</summary>
    private void ContinueWith(bool retries)
    {
        if (retries)
        {
            // Not at once, even without a delay: what was in the way needs some time to go.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, _options.FlushDelay.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
        }
        else if (_closing || _flushes.Count > 0 || _gathering.Changes.ByteCount >= _options.FlushBytes || _gathering.Changes.Count >= _options.FlushChanges)
        {
            _due.TrySetResult();
        }
    }

    /// <summary>Whether a failure is for good: the store takes no more writes, or never takes this one.</summary>
    private static bool IsFinal(Exception exception) =>
        exception is StateStoreException { RecoveryAction: not RecoveryAction.Retry } or IOException or ObjectDisposedException or not InvalidOperationException;
}
