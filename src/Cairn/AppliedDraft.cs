using Cairn.Homes;
using Cairn.Tree;

namespace Cairn;

/// <summary>
/// What a draft makes of both trees, and the changes to be logged. Owned by the draft, which calls <see cref="Release"/> when neither it nor a commit of it needs this any more; nothing of it may be used afterwards.
/// </summary>
internal sealed class AppliedDraft
{
    private readonly DraftBuffers _buffers;
    private readonly ChangeList.Builder _stateRecord;
    private readonly ChangeList.Builder _localRecord;

    /// <summary>Takes what applying gave, with the builders of the records.</summary>
    public AppliedDraft(DraftBuffers buffers, TreeChange state, TreeChange local, ChangeList.Builder stateRecord, ChangeList.Builder localRecord)
    {
        _buffers = buffers;
        _stateRecord = stateRecord;
        _localRecord = localRecord;
        State = state;
        Local = local;
        StateChanges = stateRecord.Build();
        LocalChanges = localRecord.Build();
    }

    /// <summary>The state tree.</summary>
    public TreeChange State { get; }

    /// <summary>The local tree.</summary>
    public TreeChange Local { get; }

    /// <summary>The changes of the state tree that really change something.</summary>
    public ChangeList StateChanges { get; }

    /// <summary>The changes of the local tree that really change something.</summary>
    public ChangeList LocalChanges { get; }

    /// <summary>Gives the pages back: the draft is not committed and will not be.</summary>
    public void Discard(PageCache pages)
    {
        pages.Forget(State);
        pages.Forget(Local);
        pages.Discard(State.Created);
        pages.Discard(Local.Created);
    }

    /// <summary>Gives the memory back.</summary>
    /// <param name="keepRecords">Whether somebody (the log of a home in memory) goes on referring to the changes.</param>
    public void Release(bool keepRecords)
    {
        // In the opposite order of taking, so that each tree gets again what it had.
        _buffers.Return(Local);
        _buffers.Return(State);
        if (!keepRecords)
        {
            _buffers.Return(_localRecord, LocalChanges);
            _buffers.Return(_stateRecord, StateChanges);
        }
    }
}
