using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <content>The steps on drafts.</content>
internal sealed partial class StoreScriptRunner
{
    private const int MaxPayloadBytes = 50;

    private static TreeKind TreeOf(int number) => (number & 1) == 0 ? TreeKind.State : TreeKind.Local;

    private static TreeDraft TreeOf(BlockDraft draft, TreeKind kind) => kind == TreeKind.State ? draft.State : draft.Local;

    private static byte[] Value(int length, int variant)
    {
        byte[] value = new byte[length];
        new Random((length * 8) + variant).NextBytes(value);
        return value;
    }

    private void DoWithDrafts(StoreStep step)
    {
        if (step.Code == 'f')
        {
            MakeRival(step.A);
            return;
        }

        if (_drafts.Count == 0 || _drafts[^1].IsSealed || (step.Code == 'n' && _drafts.Count < MaxDrafts))
        {
            NewDraft(step.Code == 'n' ? step.A : 1);
        }

        (BlockDraft draft, ReferenceDraft model) = (_drafts[^1].Draft, _drafts[^1].Model);
        switch (step.Code)
        {
            case 'p':
                Put(draft, model, step.A, Value(step.B, step.C));
                break;
            case 'P':
                for (int i = 0; i < step.B; i++)
                {
                    Put(draft, model, step.A + (2 * i), Value(step.C, i % 7));
                }

                break;
            case 'd' or 'D':
                for (int i = 0; i < Math.Max(step.B, 1); i++)
                {
                    Delete(draft, model, step.A + (2 * i));
                }

                break;
            case 'h':
                Assert.Equal(model.Working.Root, draft.ComputeRoot());
                break;
            case 'k':
                Ask(draft, model, step);
                break;
            case 'a':
                draft.Dispose();
                _drafts.RemoveAt(_drafts.Count - 1);
                break;
            default:
                DoWithSavepointsAndMarks(draft, model, step);
                break;
        }
    }

    private static void DoWithSavepointsAndMarks(BlockDraft draft, ReferenceDraft model, StoreStep step)
    {
        switch (step.Code)
        {
            case 'b':
                draft.Begin();
                model.Begin();
                break;
            case 'r' when model.SavepointDepth > 0:
                draft.Release();
                model.Release();
                break;
            case 'x' when model.SavepointDepth > 0:
                draft.Rollback();
                model.Rollback();
                break;
            case 't':
                long? time = step.A == 0 ? null : (step.A - 50) * TimeSpan.TicksPerDay;
                draft.TimeTicks = time;
                model.SetTime(time);
                break;
            case 'y':
                byte[]? payload = step.A == 0 ? null : Value(step.A % MaxPayloadBytes, variant: 0);
                draft.Payload = payload is null ? (ReadOnlyMemory<byte>?)null : payload;
                model.SetPayload(payload);
                break;
            default:
                break;
        }

        Assert.Equal(model.SavepointDepth, draft.SavepointDepth);
    }

    private void NewDraft(int gap)
    {
        BlockHeight height = new((NewestBase.Height?.Value ?? 0) + (ulong)gap);
        BlockDraft draft;
        if (_drafts.Count == 0)
        {
            draft = Store.CreateDraft(height);
        }
        else
        {
            ReleaseAll(_drafts[^1]);
            draft = Store.CreateDraft(height, _drafts[^1].Draft);
            _drafts[^1].IsSealed = true;
        }

        Assert.Equal((height, NewestBase.Height), (draft.Height, draft.BaseHeight));
        _drafts.Add(new HeldDraft(draft, new ReferenceDraft(NewestBase, height)));
    }

    /// <summary>A second draft on the head. It computes its root, so that it has pages of its own when it goes.</summary>
    private void MakeRival(int gap)
    {
        _rival?.Dispose();
        _rival = Store.CreateDraft(new BlockHeight((_model.Head.Height?.Value ?? 0) + (ulong)gap));
        ReferenceDraft model = new(_model.Head, _rival.Height);
        for (int i = 0; i < 10; i++)
        {
            Put(_rival, model, _random.Next(_keys.Length) * 2, Value(length: 9, variant: i));
            Delete(_rival, model, _random.Next(_keys.Length) * 2);
        }

        Assert.Equal(model.Working.Root, _rival.ComputeRoot());
    }

    private static void ReleaseAll(HeldDraft held)
    {
        while (held.Model.SavepointDepth > 0)
        {
            held.Draft.Release();
            held.Model.Release();
        }
    }

    private void Put(BlockDraft draft, ReferenceDraft model, int number, byte[] value)
    {
        byte[] key = KeyOf(number);
        TreeOf(draft, TreeOf(number)).Put(key, value);
        model.Put(TreeOf(number), key, value);
    }

    private void Delete(BlockDraft draft, ReferenceDraft model, int number)
    {
        byte[] key = KeyOf(number);
        TreeOf(draft, TreeOf(number)).Delete(key);
        model.Delete(TreeOf(number), key);
    }

    private void Ask(BlockDraft draft, ReferenceDraft model, StoreStep step)
    {
        foreach (TreeKind kind in (ReadOnlySpan<TreeKind>)[TreeKind.State, TreeKind.Local])
        {
            ReferenceTree expected = model.Working.Tree(kind);
            TreeDraft actual = TreeOf(draft, kind);
            StoreComparison.AssertKey(expected, actual, KeyOf(2 * step.A));
            StoreComparison.AssertQuestions(expected, actual, _random, KeyOf(2 * step.A), KeyOf(2 * step.B));
            if (step.B % 4 == 0)
            {
                StoreComparison.AssertSame(expected, actual, _random);
            }
        }
    }

    private byte[] KeyOf(int number) => _keys[number / 2 % _keys.Length];
}
