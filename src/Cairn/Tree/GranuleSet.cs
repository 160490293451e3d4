using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cairn.Tree;

/// <summary>
/// Some of the granules of a chunk, by their numbers. Beside the memory, not in it: neither giving a piece back nor handing it out waits for memory that nobody used for a while, and pieces that lie side by side become one.
/// </summary>
[InlineArray(PageChunks.ChunkGranules / BitsPerWord)]
internal struct GranuleSet
{
    private const int BitsPerWord = 64;
    private const int Words = PageChunks.ChunkGranules / BitsPerWord;

    private ulong _word;

    /// <summary>How many there are.</summary>
    public readonly int Count
    {
        get
        {
            int count = 0;
            foreach (ulong word in (ReadOnlySpan<ulong>)this)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    /// <summary>Puts all in.</summary>
    public void Fill() => ((Span<ulong>)this).Fill(ulong.MaxValue);

    /// <summary>Puts some in that lie side by side.</summary>
    public void Add(int start, int count)
    {
        for (int end = start + count; start < end;)
        {
            int word = start / BitsPerWord;
            int next = Math.Min(end, (word + 1) * BitsPerWord);
            this[word] |= Mask(start, next);
            start = next;
        }
    }

    /// <summary>Puts those of another set in.</summary>
    public void Add(in GranuleSet others)
    {
        for (int word = 0; word < Words; word++)
        {
            this[word] |= others[word];
        }
    }

    /// <summary>Takes the first ones out that lie side by side and are enough.</summary>
    /// <param name="from">Where to look from; afterwards behind them, or at the end.</param>
    /// <param name="count">How many.</param>
    /// <returns>The first of them; -1 when there are none.</returns>
    public int Take(ref int from, int count)
    {
        int start = from;
        while ((start = Next(start, PageChunks.ChunkGranules, set: true)) + count <= PageChunks.ChunkGranules)
        {
            int end = Next(start, start + count, set: false);
            if (end == start + count)
            {
                Remove(start, end);
                from = end;
                return start;
            }

            start = end;
        }

        from = PageChunks.ChunkGranules;
        return -1;
    }

    /// <summary>The first granule at or behind a place that is in the set, or is not; <paramref name="end"/> when there is none before that.</summary>
    private readonly int Next(int start, int end, bool set)
    {
        for (; start < end; start = ((start / BitsPerWord) + 1) * BitsPerWord)
        {
            ulong word = set ? this[start / BitsPerWord] : ~this[start / BitsPerWord];
            word >>= start;
            if (word != 0)
            {
                return Math.Min(end, start + BitOperations.TrailingZeroCount(word));
            }
        }

        return end;
    }

    private void Remove(int start, int end)
    {
        while (start < end)
        {
            int word = start / BitsPerWord;
            int next = Math.Min(end, (word + 1) * BitsPerWord);
            this[word] &= ~Mask(start, next);
            start = next;
        }
    }

    /// <summary>The bits of granules of one word.</summary>
    private static ulong Mask(int start, int end) => ulong.MaxValue >> (BitsPerWord - (end - start)) << start;
}
