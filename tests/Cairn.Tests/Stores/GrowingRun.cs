using System.Buffers.Binary;
using Cairn.Tests.IO;
using Cairn.Tests.Reference;
using Xunit;

namespace Cairn.Tests.Stores;

/// <summary>
/// A random run of a store whose blocks overwrite a few entries and add a few, so that checkpoints write deltas that add entries: with checkpoints in the background and asked for, cleaning, compaction, rewinds, reopening, views that are
/// held and readers beside the writer, against the model. Used once.
/// </summary>
internal sealed class GrowingRun
{
    private const int FirstKeys = 900;
    private const int MostViews = 3;

    private readonly Random _random;
    private readonly SimulatedHome _home;
    private readonly StoreSettings _settings;
    private readonly List<(BlockHeight Height, SortedDictionary<byte[], byte[]> State)> _chain = [];
    private readonly List<(StateView View, SortedDictionary<byte[], byte[]> State)> _views = [];
    private SortedDictionary<byte[], byte[]> _attempted = new(ByteStringComparer.Instance);
    private StateStore? _store;

    /// <summary>Makes a run.</summary>
    /// <param name="seed">Decides what is done.</param>
    /// <param name="home">Where the store is.</param>
    /// <param name="settings">Its options.</param>
    public GrowingRun(int seed, SimulatedHome home, StoreSettings settings) => (_random, _home, _settings) = (new Random(seed), home, settings);

    private SortedDictionary<byte[], byte[]> Head => _chain.Count == 0 ? new(ByteStringComparer.Instance) : _chain[^1].State;

    private StateStore Store => _store ?? throw new InvalidOperationException("The store is closed.");

    /// <summary>Plays it to the end, and checks the store as a whole.</summary>
    public async Task PlayAsync(int steps)
    {
        _store = await _home.OpenAsync(_settings);
        try
        {
            await CommitAsync(FirstKeys, overwritten: 0);
            await Store.CheckpointAsync();
            for (int step = 0; step < steps; step++)
            {
                await StepAsync();
            }

            AssertHead();
            CloseViews();
            StateStore store = Store;
            _store = null;
            await _home.CloseAsync(store);
        }
        finally
        {
            CloseViews();
            await DisposeQuietlyAsync();
        }
    }

    /// <summary>Opens what a crash left: it has what was acknowledged, or what was being done as well, and goes on.</summary>
    public async Task RecoverAsync(SimulatedFileSystem files)
    {
        SimulatedHome home = new(HomeKind.SimulatedDirectory, files);
        StateStore store = await home.OpenAsync(_settings);
        Hash256 root = store.Root;
        SortedDictionary<byte[], byte[]> state = NaiveMerkle.Root(Head) == root ? Head : _attempted;
        AssertState(store, state);
        using (BlockDraft draft = store.CreateDraft(new BlockHeight((store.Height?.Value ?? 0) + 1)))
        {
            draft.State.Put(Key(_random.Next()), [1]);
            await store.CommitAsync(draft);
        }

        await home.CloseAsync(store);
    }

    private async Task StepAsync()
    {
        switch (_random.Next(40))
        {
            case 0 or 1 or 2:
                await Store.CheckpointAsync();
                break;
            case 3:
                await Store.CompactAsync();
                break;
            case 4:
                AssertHead();
                CloseViews();
                StateStore store = Store;
                _store = null;
                await store.DisposeAsync();
                _store = await _home.OpenAsync(_settings);
                AssertHead();
                break;
            case 5:
                await RewindAsync(_random.Next(1, 4));
                break;
            case 6 when _views.Count < MostViews:
                _views.Add((Store.OpenView(), Head));
                break;
            case 7:
                CloseViews();
                break;
            case 8:
                await AskReaderAsync();
                break;
            case 9:
                await CommitAsync(added: _random.Next(200), overwritten: _random.Next(200));
                break;
            default:
                await CommitAsync(added: _random.Next(7), overwritten: _random.Next(20));
                break;
        }
    }

    private async Task CommitAsync(int added, int overwritten)
    {
        BlockHeight height = new((Store.Height?.Value ?? 0) + 1);
        SortedDictionary<byte[], byte[]> state = new(Head, ByteStringComparer.Instance);
        byte[][] present = [.. state.Keys];
        using BlockDraft draft = Store.CreateDraft(height);
        for (int i = 0; i < overwritten && present.Length > 0; i++)
        {
            byte[] key = present[_random.Next(present.Length)];
            if (_random.Next(200) == 0)
            {
                draft.State.Delete(key);
                state.Remove(key);
                continue;
            }

            Put(key, state.TryGetValue(key, out byte[]? old) && _random.Next(100) > 0 ? old.Length : _random.Next(80));
        }

        for (int i = 0; i < added; i++)
        {
            Put(Key(_random.Next()), _random.Next(3) * 30);
        }

        _attempted = state;
        await Store.CommitAsync(draft);
        _chain.Add((height, state));

        void Put(byte[] key, int length)
        {
            byte[] value = new byte[length];
            _random.NextBytes(value);
            draft.State.Put(key, value);
            state[key] = value;
        }
    }

    private async Task RewindAsync(int blocks)
    {
        if (_chain.Count > blocks && Store.FloorHeight is { } floor && _chain[^(blocks + 1)].Height >= floor)
        {
            (BlockHeight height, _attempted) = _chain[^(blocks + 1)];
            await Store.RewindAsync(height);
            _chain.RemoveRange(_chain.Count - blocks, blocks);
            Assert.Equal(NaiveMerkle.Root(Head), Store.Root);
        }
    }

    private async Task AskReaderAsync()
    {
        StateStore reader = await _home.OpenAsync(_settings with { ReadOnly = true });
        await using (reader)
        {
            await reader.RefreshAsync();
            AssertState(reader, Head);
        }
    }

    private void AssertHead() => AssertState(Store, Head);

    private void CloseViews()
    {
        foreach ((StateView view, SortedDictionary<byte[], byte[]> state) in _views)
        {
            using (view)
            {
                AssertView(view, state);
            }
        }

        _views.Clear();
    }

    private async Task DisposeQuietlyAsync()
    {
        if (_store is { } store)
        {
            await StoreCrashTests.UntilCrashAsync(async () => await store.DisposeAsync());
        }
    }

    private static void AssertState(StateStore store, SortedDictionary<byte[], byte[]> state)
    {
        Assert.Equal(NaiveMerkle.Root(state), store.Root);
        using StateView view = store.OpenView();
        AssertView(view, state);
    }

    private static void AssertView(StateView view, SortedDictionary<byte[], byte[]> state)
    {
        KeyValuePair<byte[], byte[]>[] expected = [.. state];
        int next = 0;
        foreach (EntryScan entry in view.State.Prefix([]))
        {
            Assert.True(next < expected.Length && entry.Key.SequenceEqual(expected[next].Key) && entry.Value.SequenceEqual(expected[next].Value), "An entry differs.");
            next++;
        }

        Assert.Equal(expected.Length, next);
    }

    private static byte[] Key(int number)
    {
        byte[] key = new byte[number % 16 == 0 ? 6 : 4];
        BinaryPrimitives.WriteUInt32BigEndian(key, (uint)number * 2_654_435_761);
        return key;
    }
}
