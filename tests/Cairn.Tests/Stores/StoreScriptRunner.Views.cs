using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <content>The steps on views.</content>
internal sealed partial class StoreScriptRunner
{
    private void DoWithViews(StoreStep step)
    {
        switch (step.Code)
        {
            case 'u':
                CheckHead();
                break;
            case 'v':
                Hold(Store.OpenView(), _model.Head);
                break;
            case 'w':
                OpenOld(step.A);
                break;
            case 'q' when _views.Count > 0:
                CheckView(step.A % _views.Count);
                break;
            case 'z' when _views.Count > 0:
                CheckView(step.A % _views.Count);
                _views[step.A % _views.Count].View.Dispose();
                _views.RemoveAt(step.A % _views.Count);
                break;
            default:
                break;
        }
    }

    private void CheckHead()
    {
        StoreComparison.AssertHead(_model.Head, Store, _random);
        CheckFloor();
    }

    private void CheckView(int index) => StoreComparison.AssertSame(_views[index].Model, _views[index].View, _random);

    private void Hold(StateView view, ReferenceState model)
    {
        _views.Add((view, model));
        Assert.Equal((model.Height, model.Root), (view.Height, view.Root));
        if (_views.Count > MaxHeldViews)
        {
            CheckView(0);
            _views[0].View.Dispose();
            _views.RemoveAt(0);
        }
    }

    /// <summary>A view of a height back from the head, or just above it: the right state, or a refusal that says which heights there are.</summary>
    private void OpenOld(int back)
    {
        int blocks = _model.States.Count;
        int index = blocks - 1 - (back % (blocks + 3));
        BlockHeight height = index >= 0 ? _model.States[index].Height!.Value : new BlockHeight((_model.Head.Height?.Value ?? 0) + 1);
        ReferenceState? expected = index >= 0 ? _model.States[index] : null;
        try
        {
            StateView view = Store.ViewAt(height);
            Assert.NotNull(expected);
            Hold(view, expected);
        }
        catch (HeightNotRetainedException refusal)
        {
            bool mustBeThere = expected is not null && blocks - index <= Math.Min(2, _committedSinceOpening);
            Assert.False(mustBeThere, $"Height {height} is one of the newest two, yet: {refusal.Message}");
            Assert.Equal(height, refusal.Requested);
            Assert.Equal(_model.Head.Height, refusal.Newest);
            if (refusal.Oldest is { } oldest)
            {
                Assert.True(height < oldest || height > refusal.Newest, refusal.Message);
                Hold(Store.ViewAt(oldest), _model.At(oldest)!);
            }
        }
    }
}
