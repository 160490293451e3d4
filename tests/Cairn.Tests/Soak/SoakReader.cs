using System.Globalization;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Soak;

/// <summary>One reading thread: keeps views of random age and compares what they say with the model. Ends when told to, or when the simulated machine stops.</summary>
internal sealed class SoakReader(StateStore store, SoakModel model, int seed)
{
    /// <summary>How far below the head views are opened.</summary>
    public const ulong MostHeightsBack = 400;

    private const int HeldViews = 10;

    private readonly Random _random = new(seed);
    private readonly List<StateView> _held = [];

    /// <summary>How many views were compared.</summary>
    public long Compared { get; private set; }

    /// <summary>Reads until <paramref name="done"/>.</summary>
    public void Run(CancellationToken done)
    {
        try
        {
            while (!done.IsCancellationRequested)
            {
                Open();
                Compare(_held[_random.Next(_held.Count)]);
                LetGo();
            }
        }
        catch (Exception exception) when (IsOfCrash(exception))
        {
            // The machine stopped: pages cannot be read any more.
        }
        finally
        {
            _held.ForEach(static view => view.Dispose());
            _held.Clear();
        }
    }

    /// <summary>Whether an exception is what a stopped machine gives.</summary>
    public static bool IsOfCrash(Exception? exception) => exception is not null && (exception is SimulatedCrashException || IsOfCrash(exception.InnerException));

    private void Open()
    {
        StateView view = store.OpenView();
        if (_random.Next(4) == 0 && view.Height is { Value: > 0 } head)
        {
            try
            {
                StateView earlier = store.ViewAt((BlockHeight)(head.Value - (ulong)_random.NextInt64(1, (long)Math.Min(head.Value, MostHeightsBack) + 1)));
                view.Dispose();
                view = earlier;
            }
            catch (HeightNotRetainedException)
            {
                // It is not retained any more.
            }
        }

        _held.Add(view);
    }

    private void LetGo()
    {
        if (_held.Count > HeldViews || _random.Next(3) == 0)
        {
            // Mostly young ones: some get old.
            int index = _random.Next(4) == 0 ? 0 : _held.Count - 1;
            _held[index].Dispose();
            _held.RemoveAt(index);
        }
    }

    private void Compare(StateView view)
    {
        ulong height = view.Height?.Value ?? 0;
        for (int i = 0; i < 30; i++)
        {
            int key = _random.Next(model.Keys.Length);
            CompareKey(view, height, key);
        }

        CompareRange(view, height);
        Compared++;
    }

    private void CompareKey(StateView view, ulong height, int key)
    {
        byte[]? found = view.State.Get(model.Keys[key]);
        byte[]? expected = model.ChangedAt(key, height) is { } changed ? model.Value(key, changed) : null;
        if ((found is null) != (expected is null) || !found.AsSpan().SequenceEqual(expected))
        {
            Assert.Fail($"View of height {height}, key {Convert.ToHexString(model.Keys[key])}: found {Text(found)}, expected {Text(expected)}.");
        }
    }

    private void CompareRange(StateView view, ulong height)
    {
        int first = _random.Next(model.Keys.Length);
        int last = Math.Min(model.Keys.Length - 1, first + _random.Next(200));
        bool reverse = _random.Next(2) == 0;
        List<int> expected = [.. Enumerable.Range(first, last - first).Where(key => model.ChangedAt(key, height) is not null)];
        if (reverse)
        {
            expected.Reverse();
        }

        int at = 0;
        foreach (EntryScan entry in view.State.Range(model.Keys[first], model.Keys[last], reverse: reverse))
        {
            Assert.True(at < expected.Count, $"View of height {height}: an entry too many, {Convert.ToHexString(entry.Key)}.");
            int key = expected[at++];
            ulong changed = model.ChangedAt(key, height)!.Value;
            Assert.True(entry.Key.SequenceEqual(model.Keys[key]), $"View of height {height}: found {Describe(view, height, entry.Key.ToArray())}, expected {Describe(view, height, model.Keys[key])}; entry {at} of {expected.Count}, reverse: {reverse}.");
            Assert.True(entry.Value.SequenceEqual(model.Value(key, changed)) && entry.Height.Value == changed, $"View of height {height}, {Convert.ToHexString(entry.Key)}: another value, or height of change {entry.Height} instead of {changed}.");
        }

        Assert.True(at == expected.Count, $"View of height {height}: {at} entries, expected {expected.Count}.");
    }

    private string Describe(StateView view, ulong height, byte[] key)
    {
        int index = Array.FindIndex(model.Keys, known => known.AsSpan().SequenceEqual(key));
        string changed = index < 0 ? "no key of this run" : $"put at {model.ChangedAt(index, height)?.ToString(CultureInfo.InvariantCulture) ?? "no height"} by the model";
        string found = view.State.TryGetChangeHeight(key, out BlockHeight at) ? $"at {at} by the store" : "absent by the store";
        return $"{Convert.ToHexString(key)} ({changed}, {found})";
    }

    private static string Text(byte[]? value) => value is null ? "nothing" : $"{value.Length} bytes {Convert.ToHexString(value.AsSpan(0, Math.Min(8, value.Length)))}";
}
