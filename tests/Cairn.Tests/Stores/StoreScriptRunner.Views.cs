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

    /// <summary>A view of a height back from the head, or just above it: the right state, or a refusal of a height that is not retained.</summary>
    private void OpenOld(int back)
    {
        int blocks = _model.States.Count;
        int index = blocks - 1 - (back % (blocks + 3));
        ReferenceState? expected = index >= 0 ? _model.States[index] : null;
        BlockHeight height = new(expected is null ? (_model.Head.Height?.Value ?? 0) + 1 : back % 2 == 0 || index == blocks - 1 ? expected.Height!.Value.Value : _model.States[index + 1].Height!.Value.Value - 1);
        BlockHeight? floor = Store.FloorHeight;
        try
        {
            StateView view = Store.ViewAt(height);
            Assert.NotNull(expected);
            Assert.True(height >= floor, $"Height {height} is below {floor}, the floor.");
            Hold(view, expected);
        }
        catch (HeightNotRetainedException refusal)
        {
            // A checkpoint may move the floor meanwhile.
            Assert.True(expected is null || height < Store.FloorHeight, refusal.Message);
            Assert.Equal((height, _model.Head.Height), (refusal.Requested, refusal.Newest));
        }
    }

    /// <summary>Questions about the past, while no checkpoint moves the floor.</summary>
    private async Task AskThePastAsync()
    {
        await Store.CheckpointAsync();
        PastComparison.AssertSome(_model.States, Store, _random);
    }
}
