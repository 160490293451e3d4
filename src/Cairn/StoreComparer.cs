using Cairn.History;
using Cairn.Tree;

namespace Cairn;

/// <summary>
/// Compares the state trees of two stores of any homes, by their hashes. The local trees, which no hash covers, are not looked at. Reads only; the stores may be written meanwhile.
/// </summary>
public static class StoreComparer
{
    /// <summary>Finds the first height at which two stores differ, by a binary search over the heights that both retain: a root is looked up for each step.</summary>
    /// <param name="one">A store.</param>
    /// <param name="other">Another one.</param>
    /// <exception cref="HeightNotRetainedException">A store has just pruned a height that was looked at.</exception>
    /// <exception cref="StateCorruptedException">A store is damaged.</exception>
    public static ComparisonReport Compare(StateStore one, StateStore other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one.Height is not { } head || other.Height is not { } otherHead || one.FloorHeight is not { } floor || other.FloorHeight is not { } otherFloor)
        {
            return new ComparisonReport(null, null, null);
        }

        ulong oldest = Math.Max(floor.Value, otherFloor.Value);
        ulong newest = Math.Min(head.Value, otherHead.Value);
        if (oldest > newest)
        {
            return new ComparisonReport(null, null, null);
        }

        return new ComparisonReport(new BlockHeight(oldest), new BlockHeight(newest), AreEqualAt(newest) ? null : new BlockHeight(FirstDifferent(oldest, newest)));

        bool AreEqualAt(ulong height) => one.RootAt(new BlockHeight(height)) == other.RootAt(new BlockHeight(height));

        // They differ at the upper end; at what lies below the lower one they are equal, or it is not known.
        ulong FirstDifferent(ulong low, ulong high)
        {
            while (low < high)
            {
                ulong middle = low + ((high - low) / 2);
                (low, high) = AreEqualAt(middle) ? (middle + 1, high) : (low, middle);
            }

            return low;
        }
    }

    /// <summary>
    /// The keys of the state trees in which two stores differ, ascending, with both values. At the heads, and at heights of which the pages are still at hand, what is read is in proportion to the differences; at an older height also to the
    /// keys that were changed since.
    /// </summary>
    /// <param name="one">A store; its values are the old ones of the result.</param>
    /// <param name="other">Another one; its values are the new ones.</param>
    /// <param name="height">A height that both retain; null for the two heads, whatever their heights.</param>
    /// <exception cref="HeightNotRetainedException">A store does not retain the height. Thrown in the walk.</exception>
    /// <exception cref="StateCorruptedException">A store is damaged. Thrown in the walk.</exception>
    public static IEnumerable<EntryChange> Differences(StateStore one, StateStore other, BlockHeight? height = null)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return Walk();

        IEnumerable<EntryChange> Walk()
        {
            using StateView view = height is { } at ? one.ViewAt(at) : one.OpenView();
            using StateView otherView = height is { } otherAt ? other.ViewAt(otherAt) : other.OpenView();
            if (view.Root == otherView.Root)
            {
                yield break;
            }

            foreach (byte[] key in Candidates(one, view, other, otherView))
            {
                byte[]? value = view.State.Get(key);
                byte[]? otherValue = otherView.State.Get(key);
                bool isSame = value is null ? otherValue is null : otherValue is not null && value.AsSpan().SequenceEqual(otherValue);
                if (!isSame)
                {
                    yield return new EntryChange(TreeKind.State, key, value, otherValue);
                }
            }
        }
    }

    /// <summary>The keys that may differ, ascending and once each: those in which the versions that have pages differ, and those that changed in either since its view.</summary>
    private static IEnumerable<byte[]> Candidates(StateStore one, StateView view, StateStore other, StateView otherView)
    {
        TreeDifference difference = new(one.Pages, view.Version.State, other.Pages, otherView.Version.State);
        return Merge(difference.Keys(), Merge(ChangedSince(view), ChangedSince(otherView)));
    }

    private static IEnumerable<byte[]> ChangedSince(StateView view)
    {
        if (view.Past is not { } past)
        {
            yield break;
        }

        using IPastCursor cursor = past.Scan(TreeKind.State, [], [], reverse: false);
        while (past.Next(cursor))
        {
            yield return cursor.Key.ToArray();
        }
    }

    private static IEnumerable<byte[]> Merge(IEnumerable<byte[]> one, IEnumerable<byte[]> other)
    {
        using IEnumerator<byte[]> left = one.GetEnumerator();
        using IEnumerator<byte[]> right = other.GetEnumerator();
        bool hasLeft = left.MoveNext();
        bool hasRight = right.MoveNext();
        while (hasLeft || hasRight)
        {
            int order = !hasLeft ? 1 : !hasRight ? -1 : left.Current.AsSpan().SequenceCompareTo(right.Current);
            yield return order <= 0 ? left.Current : right.Current;
            hasLeft = order <= 0 ? left.MoveNext() : hasLeft;
            hasRight = order >= 0 ? right.MoveNext() : hasRight;
        }
    }
}
