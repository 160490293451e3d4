using Cairn.Homes;

namespace Cairn.Log;

/// <summary>
/// The memory of change lists that were decoded and given back, for the next ones: lists of large blocks are arrays that the collector frees only with a collection of everything. Safe for any thread.
/// </summary>
internal sealed class SpareLists
{
    /// <summary>As many as somebody who collects records by the megabyte has at a time.</summary>
    private const int MostKept = 8;

    /// <summary>About what a block of 25,000 changes takes.</summary>
    private const long MostKeptBytes = 4 << 20;

    /// <summary>Smaller ones are cheaper to make than to keep.</summary>
    private const long LeastKeptBytes = 16 << 10;

    private readonly Lock _lock = new();
    private readonly Stack<ChangeList.Builder> _builders = new();

    /// <summary>An empty builder.</summary>
    public ChangeList.Builder Rent(int count, int bytes)
    {
        ChangeList.Builder? builder = null;
        if (count > 0)
        {
            lock (_lock)
            {
                _builders.TryPop(out builder);
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
        if (builder.KeptBytes is < LeastKeptBytes or > MostKeptBytes)
        {
            return;
        }

        lock (_lock)
        {
            if (_builders.Count < MostKept)
            {
                _builders.Push(builder);
            }
        }
    }
}
