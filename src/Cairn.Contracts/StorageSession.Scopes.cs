namespace Cairn.Contracts;

/// <content>Scopes: a stack of marks in the journal. Scope numbers are never used twice in a session, so that a stamp in a chunk names one scope.</content>
public sealed partial class StorageSession
{
    private readonly WordJournal _journal = new();
    private readonly Stack<(int Mark, ulong Parent)> _scopes = new();
    private ulong _scope = 1;
    private ulong _lastScope = 1;

    /// <summary>How many scopes are open.</summary>
    public int ScopeDepth => _scopes.Count;

    /// <summary>The number of the innermost scope.</summary>
    internal ulong InnermostScope => _scope;

    /// <summary>Opens a scope inside the innermost one.</summary>
    /// <returns>The scope, which takes back what was written unless it is released before it is disposed.</returns>
    public StorageScope BeginScope()
    {
        Begin();
        return new StorageScope(this, _scope);
    }

    /// <summary>Opens a scope inside the innermost one.</summary>
    public void Begin()
    {
        _scopes.Push((_journal.Count, _scope));
        NextScope();
    }

    /// <summary>Closes the innermost scope and keeps what was written in it, which becomes part of the scope around it.</summary>
    /// <exception cref="InvalidOperationException">No scope is open.</exception>
    public void Release()
    {
        (int mark, ulong parent) = Pop();
        _journal.Release(mark, _scope, parent);
        _scope = parent;
    }

    /// <summary>Closes the innermost scope and takes back what was written in it.</summary>
    /// <exception cref="InvalidOperationException">No scope is open.</exception>
    public void Rollback()
    {
        (int mark, ulong parent) = Pop();
        RollbackFrom(mark);
        _scope = parent;
    }

    /// <summary>Rolls back up to and including a scope, if it is open.</summary>
    internal void RollbackTo(ulong scope)
    {
        // An inner scope has a greater number than those around it.
        if (scope > _scope || (scope != _scope && !IsOpen(scope)))
        {
            return;
        }

        while (ScopeDepth > 0)
        {
            bool isLast = _scope == scope;
            Rollback();
            if (isLast)
            {
                return;
            }
        }
    }

    /// <summary>Puts back what the words in the journal were, from a mark on.</summary>
    private void RollbackFrom(int mark)
    {
        for (int i = mark; i < _journal.Count; i++)
        {
            _slots[_journal[i].Chunk.Slot].Contract.RollbackCount++;
        }

        PagesCharged -= _journal.Rollback(mark, _scope);
    }

    private bool IsOpen(ulong scope)
    {
        foreach ((_, ulong parent) in _scopes)
        {
            if (parent == scope)
            {
                return true;
            }
        }

        return false;
    }

    private (int Mark, ulong Parent) Pop() => _scopes.TryPop(out (int Mark, ulong Parent) scope) ? scope : throw new InvalidOperationException("No scope is open.");

    private void NextScope() => _scope = ++_lastScope;

    private void ThrowIfScopeIsOpen()
    {
        if (ScopeDepth > 0)
        {
            throw new InvalidOperationException($"{ScopeDepth} scopes are open. Release them or roll them back first.");
        }
    }
}
