using System.Runtime.InteropServices;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces;

/// <content>Transactions: savepoints of the draft, with what the session remembers.</content>
internal sealed partial class NamespaceSession
{
    private readonly List<Mark> _marks = [];
    private readonly List<UsageChange> _undo = [];
    private readonly List<AuditAttempt> _attempts = [];
    private long _structure;

    /// <summary>How many transactions are open.</summary>
    public int Depth => _marks.Count;

    /// <summary>What was refused, in order.</summary>
    public IReadOnlyList<AuditAttempt> Attempts => _attempts;

    /// <summary>Opens a transaction.</summary>
    public void Begin()
    {
        BlockDraft draft = Writable;
        draft.Begin();
        _marks.Add(new Mark(draft.SavepointDepth, _undo.Count, _attempts.Count, _structure));
    }

    /// <summary>Closes the innermost transaction and keeps its changes.</summary>
    public void Commit()
    {
        ThrowIfOutOfStep();
        Writable.Release();
        _marks.RemoveAt(_marks.Count - 1);
        if (_marks.Count == 0)
        {
            _undo.Clear();
        }
    }

    /// <summary>Closes the innermost transaction, takes its changes back, and notes again what was refused in it.</summary>
    public void Rollback()
    {
        ThrowIfOutOfStep();
        Writable.Rollback();
        Mark mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        for (int i = _undo.Count - 1; i >= mark.Undo; i--)
        {
            _undo[i].Undo(_usage);
        }

        _undo.RemoveRange(mark.Undo, _undo.Count - mark.Undo);
        _account = null;
        _chain = null;
        if (mark.Structure != _structure)
        {
            ForgetStructure();
        }

        for (int i = mark.Attempts; i < _attempts.Count; i++)
        {
            Append(_attempts[i]);
        }
    }

    /// <summary>Does what takes several changes of records: all of them or none.</summary>
    public void Atomically(Action change)
    {
        Begin();
        try
        {
            change();
        }
        catch
        {
            Rollback();
            throw;
        }

        Commit();
    }

    /// <summary>A namespace comes or goes: what lies in it is counted anew.</summary>
    public void ReplaceUsage(byte[] path)
    {
        _undo.Add(new UsageChange(_usage.GetValueOrDefault(path), 0, 0, path));
        _usage.Remove(path);
        ForgetStructure();
    }

    /// <summary>Notes an attempt that is refused: in the audit, and in memory, so that it outlives what it was part of.</summary>
    private void Refuse(NamespaceStore store, AuditAction action, AuditOutcome outcome, ReadOnlySpan<byte> at, ReadOnlySpan<byte> key, string details)
    {
        if (action is AuditAction.Read or AuditAction.ReadAudit && !store.Options.AuditsDeniedReads)
        {
            return;
        }

        AuditAttempt attempt = new(store.Principal.Id, action, outcome, NamespacePath.ToText(at), System.Text.Encoding.UTF8.GetString(key), details);
        if (Draft is null && _attempts.Count == NamespaceLimits.MaxKeptAttempts)
        {
            return;
        }

        try
        {
            if (Draft is not null)
            {
                Append(attempt);
            }
        }
        catch (InvalidOperationException) when (action is AuditAction.Read or AuditAction.ReadAudit)
        {
            // A committed draft can be read and not be changed.
        }

        _attempts.Add(attempt);
    }

    private void ThrowIfOutOfStep()
    {
        BlockDraft draft = Writable;
        if (draft.SavepointDepth != _marks[^1].Savepoint)
        {
            throw new InvalidOperationException($"The draft has {draft.SavepointDepth} open savepoints, the transaction is the one at {_marks[^1].Savepoint}: savepoints that were opened on the draft itself within a transaction are closed before it.");
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Mark(int Savepoint, int Undo, int Attempts, long Structure);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct UsageChange(UsageCell? Cell, long Entries, long Bytes, byte[]? Path)
    {
        /// <summary>Takes a change of a sum back; or puts the sum back that a namespace had before it came or went.</summary>
        public void Undo(Dictionary<byte[], UsageCell> usage)
        {
            if (Path is null)
            {
                Cell!.Entries -= Entries;
                Cell.Bytes -= Bytes;
            }
            else if (Cell is null)
            {
                usage.Remove(Path);
            }
            else
            {
                usage[Path] = Cell;
            }
        }
    }
}
