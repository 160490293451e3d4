using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <summary>
/// The children of one page being applied by several threads: the one that met the page, and helpers if any come in time. They pull children, those with most changes first; the first waits for helpers that have begun, never for those
/// that have not, so a thread pool without a free thread only makes it slower.
/// </summary>
/// <remarks>
/// Invariants (under the lock): nobody joins once the fork is closed; a part is taken by one thread. What a part gave lies with the applier that took it until <see cref="Dispose"/>: items on its stack, records in its part builder.
/// </remarks>
internal sealed class ApplyFork(ApplyCrew crew, ApplyTask task, List<ApplyPart> parts) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _left = new(initialState: true);
    private readonly List<ApplySlot> _joined = [];
    private readonly ApplyPart[] _parts = [.. parts];
    private readonly int[] _order = Order(parts);
    private ExceptionDispatchInfo? _failure;
    private int _next = -1;
    private int _inside;
    private long _recordBytes = task.RecordBytes;
    private bool _closed;

    /// <summary>What is applied.</summary>
    public ApplyTask Task => task;

    /// <summary>How many parts there are.</summary>
    public int Count => _parts.Length;

    /// <summary>A part, by its place in key order.</summary>
    public ref ApplyPart this[int part] => ref _parts[part];

    /// <summary>Takes the next part to be applied.</summary>
    /// <returns>False when all are taken, or the fork has failed.</returns>
    public bool TryTake(out int part)
    {
        int place = Volatile.Read(ref _failure) is null ? Interlocked.Increment(ref _next) : int.MaxValue;
        part = place < _order.Length ? _order[place] : -1;
        return part >= 0;
    }

    /// <summary>Counts bytes of the record.</summary>
    /// <returns>All that were counted so far.</returns>
    public long AddRecordBytes(long bytes) => Interlocked.Add(ref _recordBytes, bytes);

    /// <summary>Ends the fork early; the first cause is what the thread that forked throws.</summary>
    public void Fail(Exception cause) => Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(cause), null);

    /// <summary>What a helper does, on its own thread.</summary>
    public void Help()
    {
        ApplySlot slot;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            slot = crew.Rent();
            _joined.Add(slot);
            _inside++;
            _left.Reset();
        }

        slot.Of(task.Tree).ApplyParts(this);
        lock (_lock)
        {
            if (--_inside == 0)
            {
                _left.Set();
            }
        }
    }

    /// <summary>Waits for the helpers that have begun; no other may begin.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _left.Wait();
    }

    /// <summary>Gives what the helpers made to the one that forked. After <see cref="Close"/>.</summary>
    public void HandOver(TreeChange result)
    {
        foreach (ApplySlot slot in _joined)
        {
            slot.Of(task.Tree).HandOver(result);
        }
    }

    /// <summary>Throws what a part has thrown.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Lets the helpers' slots go, once nothing of what lies with them is needed. After <see cref="Close"/>.</summary>
    public void Dispose()
    {
        foreach (ApplySlot slot in _joined)
        {
            slot.Of(task.Tree).EndParts();
            crew.Return(slot);
        }

        _left.Dispose();
    }

    private static int[] Order(List<ApplyPart> parts)
    {
        int[] order = [.. Enumerable.Range(0, parts.Count)];
        order.AsSpan().Sort((a, b) => (parts[b].End - parts[b].First).CompareTo(parts[a].End - parts[a].First));
        return order;
    }
}

/// <summary>What is applied, for all threads alike.</summary>
/// <param name="Tree">The kind of tree.</param>
/// <param name="Changes">The batch.</param>
/// <param name="Height">The height of the block.</param>
/// <param name="Born">The ordinal of the version being made.</param>
/// <param name="Recorded">Whether somebody wants the record.</param>
/// <param name="RecordBytes">The bytes recorded before the fork.</param>
internal sealed record ApplyTask(TreeKind Tree, ChangeBatch Changes, BlockHeight Height, ulong Born, bool Recorded, long RecordBytes);

/// <summary>A child with its changes, and what applying them gave.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ApplyPart
{
    /// <summary>The child.</summary>
    public PageReference Child;

    /// <summary>Its first change.</summary>
    public int First;

    /// <summary>Behind its last change.</summary>
    public int End;

    /// <summary>Who applied it; null while nobody has.</summary>
    public TreeApplier? By;

    /// <summary>Where on the stack of that applier the items are that replace the child.</summary>
    public int ItemStart;

    /// <summary>How many.</summary>
    public int ItemCount;

    /// <summary>The first of its changes in the part builder of that applier.</summary>
    public int RecordStart;

    /// <summary>How many.</summary>
    public int RecordCount;

    /// <summary>Whether anything changed.</summary>
    public bool Changed;
}
