using Cairn.Homes;

namespace Cairn.Log;

/// <summary>
/// The memory of change lists that were decoded and given back, for the next ones: lists of large blocks are arrays that the collector frees only with a collection of everything. Safe for any thread.
/// </summary>
internal sealed class SpareLists
{
    /// <summary>What is kept together: as much as somebody who collects records by the megabyte has at a time.</summary>
    private const long MostKeptBytes = 12 << 20;

    /// <summary>About what a block of 25,000 changes takes; larger ones are not kept.</summary>
    private const long MostBytes = 4 << 20;

    /// <summary>Smaller ones are cheaper to make than to keep.</summary>
    private const long LeastKeptBytes = 16 << 10;

    private readonly Lock _lock = new();
    private readonly Stack<ChangeList.Builder> _builders = new();
    private long _keptBytes;

    /// <summary>An empty builder.</summary>
    public ChangeList.Builder Rent(int count, int bytes)
    {
        ChangeList.Builder? builder = null;
        if (count > 0)
        {
            lock (_lock)
            {
                _keptBytes -= _builders.TryPop(out builder) ? builder.KeptBytes : 0;
            }
        }

        if (builder is null)
        {
            return new ChangeList.Builder(count, bytes);
        }

        builder.Expect(count, bytes);
        return builder;
    }

    /// <summary>Takes the memory of a list, which is empty afterwards and which nobody else refers to.</summary>
    public void Return(ChangeList list)
    {
        if (list.Count == 0)
        {
            return;
        }

        ChangeList.Builder builder = new();
        builder.Reclaim(list, poison: false);
        long bytes = builder.KeptBytes;
        if (bytes is < LeastKeptBytes or > MostBytes)
        {
            return;
        }

        lock (_lock)
        {
            if (_keptBytes + bytes <= MostKeptBytes)
            {
                _builders.Push(builder);
                _keptBytes += bytes;
            }
        }
    }
}
