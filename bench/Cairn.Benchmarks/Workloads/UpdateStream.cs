namespace Cairn.Benchmarks.Workloads;

/// <summary>The blocks of the commit workload: nine of ten updates go to existing keys, drawn uniformly, the tenth adds a key. One thread at a time.</summary>
internal sealed class UpdateStream
{
    private const int NewKeyEvery = 10;

    private ulong _state;

    /// <summary>Makes a stream.</summary>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="keyCount">The keys there are: numbers 0 to that − 1.</param>
    public UpdateStream(ulong seed, ulong keyCount)
    {
        _state = Mixing.Stream(seed, keyCount);
        KeyCount = keyCount;
    }

    /// <summary>The keys there are when the blocks so far are committed.</summary>
    public ulong KeyCount { get; private set; }

    /// <summary>Fills a buffer with the updates of the next block.</summary>
    /// <param name="buffer">Takes them.</param>
    /// <param name="updates">How many.</param>
    /// <param name="version">Makes the values differ from those of other blocks.</param>
    public void Fill(UpdateBuffer buffer, int updates, ulong version)
    {
        buffer.Clear();
        for (int i = 0; i < updates; i++)
        {
            buffer.Add(i % NewKeyEvery == NewKeyEvery - 1 ? KeyCount++ : Mixing.Below(ref _state, KeyCount), version);
        }
    }
}
