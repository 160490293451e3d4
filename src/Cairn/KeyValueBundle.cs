namespace Cairn;

/// <summary>
/// What a <see cref="KeyValueBatcher"/> writes together: groups of changes, each of which is never split over two blocks. The batcher's lock guards it while it gathers, afterwards it belongs to the batcher's loop.
/// </summary>
internal sealed class KeyValueBundle
{
    private readonly List<Group> _groups = [];
    private int _written;

    /// <summary>All changes, group after group.</summary>
    public KeyValueBatch Changes { get; } = new();

    /// <summary>How many groups are not written.</summary>
    public int Unwritten => _groups.Count - _written;

    /// <summary>Adds a group.</summary>
    /// <param name="changes">Its changes.</param>
    /// <param name="writer">Told which block it became; null when nobody waits for that.</param>
    public void Add(KeyValueBatch changes, TaskCompletionSource<CommittedBlock>? writer)
    {
        Changes.Append(changes);
        _groups.Add(new Group(Changes.Count, writer));
    }

    /// <summary>The changes of the next groups that are not written.</summary>
    public Range NextChanges(int groups) => FirstUnwritten.._groups[_written + groups - 1].End;

    /// <summary>Takes note that the next groups are written.</summary>
    public void Complete(int groups, CommittedBlock block)
    {
        for (int end = _written + groups; _written < end; _written++)
        {
            _groups[_written].Writer?.TrySetResult(block);
        }
    }

    /// <summary>Tells those who wait for groups that are not written.</summary>
    public void Fail(Exception exception) => _groups.GetRange(_written, Unwritten).ForEach(group => group.Writer?.TrySetException(exception));

    /// <summary>The changes that are not written.</summary>
    public KeyValueBatch TakeUnwritten()
    {
        KeyValueBatch unwritten = new();
        unwritten.Append(Changes, FirstUnwritten);
        return unwritten;
    }

    /// <summary>Empties it for its next use.</summary>
    public void Clear()
    {
        Changes.Clear();
        _groups.Clear();
        _written = 0;
    }

    private int FirstUnwritten => _written == 0 ? 0 : _groups[_written - 1].End;

    private readonly record struct Group(int End, TaskCompletionSource<CommittedBlock>? Writer);
}
