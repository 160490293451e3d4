using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cairn.Hosting;

/// <summary>
/// Opens a store of a host, once, and closes it; remembers what went wrong inside for the health check.
/// <list type="bullet">
/// <item>Opening that fails is tried again by whoever asks next; a store that was closed is not opened again.</item>
/// <item>Members may be called by any thread; opening and closing exclude each other.</item>
/// </list>
/// </summary>
internal sealed class StoreOpener(string name, IOptionsMonitor<CairnOptions> monitor, ILoggerFactory loggers) : IAsyncDisposable
{
    /// <summary>The category of all messages.</summary>
    public const string LogCategory = "Cairn.StateStore";

    private readonly ILogger _logger = loggers.CreateLogger(LogCategory);
    private readonly SemaphoreSlim _gate = new(initialCount: 1, maxCount: 1);
    private volatile StateStore? _store;
    private volatile Exception? _failure;
    private volatile Exception? _cleaningFault;
    private volatile bool _isClosed;

    /// <summary>The name of the store; empty for the one without.</summary>
    public string Name => name;

    /// <summary>The options it is opened with.</summary>
    public CairnOptions Options => monitor.Get(name);

    /// <summary>The store, open or closed; null as long as nobody has opened it.</summary>
    public StateStore? Store => _store;

    /// <summary>Whether it has been closed.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>The failure after which the store takes no more writes; null when there was none.</summary>
    public Exception? Failure => _failure;

    /// <summary>Why cleaning did not work the last time; null when it did.</summary>
    public Exception? CleaningFault => _cleaningFault;

    /// <summary>The store, opened if need be, for a factory that cannot wait otherwise. The engine reads files on the calling thread, so opening blocks a thread in any case.</summary>
    public StateStore Open() => OpenAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>The store, opened if need be.</summary>
    /// <exception cref="OptionsValidationException">Options are wrong; the message names all that are.</exception>
    /// <exception cref="ObjectDisposedException">It has been closed before it was ever opened.</exception>
    public async Task<StateStore> OpenAsync(CancellationToken cancellationToken)
    {
        if (_store is { } open)
        {
            return open;
        }

        CairnOptions options = Options;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed && _store is null, this);
            return _store ??= await StateStore.OpenAsync(options.Location!, options.Store with { OnEvent = Handler(options) }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Closes the store; without effect the second time, and where none was opened.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _isClosed = true;
            if (_store is { } open)
            {
                await open.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private Action<StoreEvent> Handler(CairnOptions options)
    {
        string label = name.Length > 0 ? name : options.Location!;
        Action<StoreEvent>? next = options.Store.OnEvent;
        return happened =>
        {
            Remember(happened);
            StoreLog.Write(_logger, label, happened);
            next?.Invoke(happened);
        };
    }

    private void Remember(StoreEvent happened)
    {
        switch (happened)
        {
            case StoreEvent.Failed failed:
                _failure = failed.Cause;
                break;
            case StoreEvent.CleaningFailed failed:
                _cleaningFault = failed.Cause;
                break;
            case StoreEvent.CleaningCompleted:
                _cleaningFault = null;
                break;
            default:
                break;
        }
    }
}
