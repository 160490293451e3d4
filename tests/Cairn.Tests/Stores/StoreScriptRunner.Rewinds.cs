using Cairn.Homes;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <content>The steps that go back, and the one that forbids it.</content>
internal sealed partial class StoreScriptRunner
{
    private readonly List<ReferenceRecord> _log = [];
    private readonly Dictionary<ReferenceState, ulong> _sequences = [];
    private BlockHeight? _finalized;

    /// <summary>Goes back by so many blocks, named by a height up to <paramref name="above"/> above that of the block wanted, or is refused with the reason.</summary>
    private async Task RewindAsync(int blocks, int above)
    {
        if (_model.States.Count == 0)
        {
            HeightNotRetainedException nothing = await Assert.ThrowsAsync<HeightNotRetainedException>(() => Store.RewindAsync(new BlockHeight(3)));
            Assert.Equal((new BlockHeight(3), null, null), (nothing.Requested, nothing.Oldest, nothing.Newest));
            return;
        }

        ReferenceState head = _model.Head;
        int index = Math.Max(0, _model.States.Count - 1 - blocks);
        ReferenceState target = _model.States[index];
        ulong height = target.Height!.Value.Value + (ulong)above;
        ulong next = index + 1 < _model.States.Count ? _model.States[index + 1].Height!.Value.Value : height + 1;
        BlockHeight wanted = new(Math.Min(height, Math.Min(next - 1, head.Height!.Value.Value)));
        try
        {
            await RewindToAsync(target, wanted, _model.States.Count - 1 - index);
        }
        catch (HeightNotRetainedException below)
        {
            // A checkpoint in the background may have moved the floor a moment ago.
            Assert.Equal((wanted, head.Height), (below.Requested, below.Newest));
            Assert.True(wanted < below.Oldest && below.Oldest <= Store.FloorHeight, below.Message);
            CheckFloor();
        }
        catch (HeightFinalizedException final)
        {
            Assert.True(target.Height < _finalized, final.Message);
            Assert.Equal((wanted, _finalized!.Value), (final.Requested, final.Finalized));
        }

        Assert.Equal((_model.Head.Height, _model.Head.Root), (Store.Height, Store.Root));
    }

    private async Task RewindToAsync(ReferenceState target, BlockHeight wanted, int blocks)
    {
        ReferenceState head = _model.Head;
        RewindReport plan = await Store.RewindAsync(wanted, dryRun: true);
        Assert.Equal(head.Height, Store.Height);
        RewindReport report = await Store.RewindAsync(wanted);
        Assert.False(target.Height < _finalized, "A height below the final one was gone back to.");
        Assert.Equal((head.Height!.Value, target.Height!.Value, target.Root, (long)blocks), (report.From, report.Height, report.Root, report.Blocks));
        Assert.Equal(report with { Elapsed = default }, plan with { Elapsed = default });
        Assert.True(Store.DurableHeight is null || Store.DurableHeight <= target.Height);
        if (blocks == 0)
        {
            return;
        }

        _log.Add(new ReferenceRecord(RecordKind.Rewind, head, target, AbandonedFrom: _sequences[target] + 1));
        _model.ForgetAbove(target.Height);
        await RefuseDraftsAsync();
        await RefuseRivalAsync();
        CheckHead();
    }

    /// <summary>Drafts on what was taken back can be read, and not committed; a draft on one of them neither.</summary>
    private async Task RefuseDraftsAsync()
    {
        foreach (HeldDraft held in _drafts)
        {
            ReleaseAll(held);
            StoreComparison.AssertSame(held.Model.Working.State, held.Draft.State, _random);
            Assert.Equal(held.Model.Working.Root, held.Draft.ComputeRoot());
            StaleDraftException stale = await Assert.ThrowsAsync<StaleDraftException>(async () => await Store.CommitAsync(held.Draft));
            Assert.Equal(_model.Head.Height, stale.HeadHeight);
        }

        _drafts.ForEach(held => held.Draft.Dispose());
        _drafts.Clear();
    }

    private async Task FinalizeAsync(int back)
    {
        int index = _model.States.Count - 1 - back;
        if (index < 0 || _model.States[index].Height < Store.FloorHeight)
        {
            return;
        }

        BlockHeight height = _model.States[index].Height!.Value;
        BlockHeight final;
        try
        {
            final = await Store.FinalizeAsync(height);
        }
        catch (HeightNotRetainedException below)
        {
            Assert.True(height < below.Oldest && below.Oldest <= Store.FloorHeight, below.Message);
            return;
        }

        if (_finalized is null || height > _finalized)
        {
            _finalized = height;
            _log.Add(new ReferenceRecord(RecordKind.Finalise, _model.Head, _model.Head, Final: height));
        }

        Assert.Equal(_finalized, final);
        Assert.Equal(_finalized, Store.FinalizedHeight);
    }
}
