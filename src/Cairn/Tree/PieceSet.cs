using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cairn.Tree;

/// <summary>Some of the pieces of a chunk, by their numbers. Beside the memory, not in it: neither giving a piece back nor handing it out waits for memory that nobody used for a while.</summary>
[InlineArray(PageChunks.MostPieces / BitsPerWord)]
internal struct PieceSet
{
    private const int BitsPerWord = 64;

    private ulong _word;

    /// <summary>Puts in the pieces below a number.</summary>
    public void Fill(int count)
    {
        for (int word = 0; count > 0; word++)
        {
            this[word] = count >= BitsPerWord ? ulong.MaxValue : (1UL << count) - 1;
            count -= BitsPerWord;
        }
    }

    /// <summary>Puts a piece in.</summary>
    public void Add(int piece) => this[piece / BitsPerWord] |= 1UL << (piece % BitsPerWord);

    /// <summary>Takes the lowest piece out.</summary>
    /// <returns>Its number; -1 when there is none.</returns>
    public int Take()
    {
        for (int word = 0; word < PageChunks.MostPieces / BitsPerWord; word++)
        {
            ulong bits = this[word];
            if (bits != 0)
            {
                this[word] = bits & (bits - 1);
                return (word * BitsPerWord) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return -1;
    }
}
