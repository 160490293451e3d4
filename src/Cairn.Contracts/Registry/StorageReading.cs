namespace Cairn.Contracts.Registry;

/// <summary>One read of a storage: over a view of its own, or over the open block, whose lock it holds until it is disposed. On the thread that began it.</summary>
internal readonly struct StorageReading : IDisposable
{
    private readonly object? _gate;
    private readonly StateView? _view;
    private readonly BlockDraft? _draft;

    /// <summary>Reads a view, which this owns.</summary>
    public StorageReading(StateView view) => _view = view;

    /// <summary>Reads a draft, under a lock that is held.</summary>
    public StorageReading(object gate, BlockDraft draft)
    {
        _gate = gate;
        _draft = draft;
    }

    public ITreeReader State => _view is { } view ? view.State : _draft!.State;

    public ITreeReader Local => _view is { } view ? view.Local : _draft!.Local;

    public ContractRegistry Registry => _view is { } view ? new ContractRegistry(view) : new ContractRegistry(_draft!);

    public void Dispose()
    {
        _view?.Dispose();
        if (_gate is not null)
        {
            Monitor.Exit(_gate);
        }
    }
}
