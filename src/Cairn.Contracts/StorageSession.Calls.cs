using System.Runtime.ExceptionServices;

namespace Cairn.Contracts;

/// <content>What those who run contracts ask of a session: what a call has changed, and whether the store failed under it.</content>
public sealed partial class StorageSession
{
    private ExceptionDispatchInfo? _readingFault;
    private ulong _count;

    /// <summary>Whether an executor runs a call: then the contract, which can reach the session, must not end the execution.</summary>
    internal bool IsHeld { get; set; }

    /// <summary>Whether reading from the store has failed. What was read since then says nothing, also when somebody has caught the exception.</summary>
    internal bool HasReadingFailed => _readingFault is not null;

    /// <summary>Throws what reading from the store threw, if it did.</summary>
    internal void ThrowIfReadingFailed() => _readingFault?.Throw();

    /// <summary>Rolls back all scopes inside of one.</summary>
    /// <returns>Whether that one is open.</returns>
    internal bool RollbackInside(StorageScope scope)
    {
        if (scope.Number != _scope && !IsOpen(scope.Number))
        {
            return false;
        }

        while (scope.Number != _scope)
        {
            Rollback();
        }

        return true;
    }

    /// <summary>How many entries of the state the slots of a contract have that are others now than when the innermost scope began, and the bytes of their keys and of what they hold now.</summary>
    internal (long Entries, long Bytes) ChangesOf(SlotStorage storage)
    {
        long entries = 0;
        long bytes = 0;
        _count++;
        for (int i = _scopes.Peek().Mark; i < _journal.Count; i++)
        {
            ref WordJournal.Entry entry = ref _journal[i];
            Chunk chunk = entry.Chunk;
            if (chunk.CountedIn != _count && storage.Owns(_slots[chunk.Slot].Contract) && !chunk.Word(entry.Word).SequenceEqual(entry.Old))
            {
                chunk.CountedIn = _count;
                entries++;
                bytes += ContractKeys.ChunkKeyBytes + chunk.Length;
            }
        }

        return (entries, bytes);
    }

    private void ThrowIfHeld()
    {
        if (IsHeld)
        {
            throw new InvalidOperationException("An executor runs a call on this session, and ends it itself.");
        }
    }

    /// <summary>Takes note of what reading from the store threw; never handles it.</summary>
    private bool Note(Exception fault)
    {
        _readingFault ??= ExceptionDispatchInfo.Capture(fault);
        return false;
    }
}
