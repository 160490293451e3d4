namespace Cairn.Contracts.Registry;

/// <summary>A block of a <see cref="ContractStateStorage"/> that is open: all calls of the storage are part of it until it is committed, or abandoned by disposing it.</summary>
public sealed class ContractBlock : IDisposable
{
    private readonly ContractStateStorage _storage;

    internal ContractBlock(ContractStateStorage storage, BlockDraft draft)
    {
        _storage = storage;
        Draft = draft;
    }

    /// <summary>The height of the block.</summary>
    public BlockHeight Height => Draft.Height;

    /// <summary>The block underneath, for executors and others that write into it themselves. While they do, nobody else may call the storage: a draft is for one thread at a time.</summary>
    public BlockDraft Draft { get; }

    /// <summary>Commits the block. Whether it succeeds or not, the block has ended.</summary>
    /// <param name="cancellationToken">Honoured until the block is written.</param>
    /// <exception cref="InvalidOperationException">The block has ended already, or has open savepoints.</exception>
    /// <exception cref="StaleDraftException">Somebody committed to the store beside the storage.</exception>
    /// <exception cref="RootMismatchException">The block has another root than its <see cref="BlockDraft.ExpectedRoot"/>.</exception>
    /// <exception cref="IOException">Writing failed. The store takes no more writes; whether the block is durable is decided by reopening.</exception>
    public Task<CommittedBlock> CommitAsync(CancellationToken cancellationToken = default) => _storage.CommitAsync(this, cancellationToken);

    /// <summary>Abandons the block unless it has ended.</summary>
    public void Dispose() => _storage.Abandon(this);
}
