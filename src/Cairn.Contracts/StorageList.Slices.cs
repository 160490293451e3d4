namespace Cairn.Contracts;

/// <content>Slices with a step, as languages have them whose lists these are: bounds may be left out, count from the end when they are negative, and are moved into the list when they are beyond it.</content>
public sealed partial class StorageList<T>
{
    /// <summary>Copies of every <paramref name="step"/>th item.</summary>
    /// <param name="start">The index of the first one; below 0 from the end; null for the beginning, with a negative step the end.</param>
    /// <param name="stop">The index before which it ends; below 0 from the end; null for all that is left.</param>
    /// <param name="step">How far it is to the next one; below 0 backwards.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    public T[] Slice(int? start, int? stop, int step)
    {
        (int first, int count) = ListSlice.Resolve(start, stop, step, Count);
        T[] items = new T[count];
        for (int i = 0; i < count; i++)
        {
            items[i] = _codec.Items.Detach(_codec.Items.Read(ItemAt(first + (i * step))));
        }

        return items;
    }

    /// <summary>Replaces every <paramref name="step"/>th item.</summary>
    /// <param name="start">As for <see cref="Slice(int?, int?, int)"/>.</param>
    /// <param name="stop">As there.</param>
    /// <param name="step">As there.</param>
    /// <param name="items">What to put there. Copied; may come from the list itself. As many as the slice has, with a step of 1 any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    /// <exception cref="ArgumentException">There are more or fewer items than the slice has. Nothing was changed.</exception>
    public void ReplaceSlice(int? start, int? stop, int step, IEnumerable<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        (int first, int count) = ListSlice.Resolve(start, stop, step, Count);
        if (step == 1)
        {
            ReplaceRange(first, count, items);
            return;
        }

        T[] copies = [.. items.Select(_codec.Items.Detach)];
        if (copies.Length != count)
        {
            throw new ArgumentException($"A slice of {count} items with step {step} cannot be replaced by {copies.Length}.", nameof(items));
        }

        using StorageScope scope = Place.BeginScope();
        for (int i = 0; i < count; i++)
        {
            _codec.Items.Write(ItemAt(first + (i * step)), copies[i]);
        }

        scope.Release();
    }

    /// <summary>Removes every <paramref name="step"/>th item; those between and after them move down.</summary>
    /// <param name="start">As for <see cref="Slice(int?, int?, int)"/>.</param>
    /// <param name="stop">As there.</param>
    /// <param name="step">As there.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    public void RemoveSlice(int? start, int? stop, int step)
    {
        int all = Count;
        (int first, int count) = ListSlice.Resolve(start, stop, step, all);
        if (count == 0)
        {
            return;
        }

        // Which way the slice goes does not matter for what is left.
        (int lowest, int apart) = step > 0 ? (first, step) : (first + ((count - 1) * step), -step);
        using StorageScope scope = Place.BeginScope();
        int to = lowest;
        for (int from = lowest; from < all; from++)
        {
            int within = from - lowest;
            if (within % apart != 0 || within / apart >= count)
            {
                _codec.Items.Copy(ItemAt(from), ItemAt(to++));
            }
        }

        SetCount(all - count);
        scope.Release();
    }
}

/// <summary>Which items a slice has.</summary>
internal static class ListSlice
{
    /// <summary>The index of the first item of a slice, and how many it has.</summary>
    public static (int First, int Count) Resolve(int? start, int? stop, int step, int length)
    {
        if (step is 0 or int.MinValue)
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, "The step of a slice is not 0, and not below -(2^31 - 1).");
        }

        (int lowest, int highest) = step > 0 ? (0, length) : (-1, length - 1);
        int first = start is { } from ? Move(from, length, lowest, highest) : step > 0 ? lowest : highest;
        int end = stop is { } to ? Move(to, length, lowest, highest) : step > 0 ? highest : lowest;
        long distance = step > 0 ? (long)end - first : (long)first - end;
        return distance <= 0 ? (Math.Clamp(first, 0, length), 0) : (first, (int)(((distance - 1) / Math.Abs(step)) + 1));
    }

    private static int Move(int index, int length, int lowest, int highest) => (int)Math.Clamp(index < 0 ? (long)index + length : index, lowest, highest);
}
