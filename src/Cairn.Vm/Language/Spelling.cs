namespace Cairn.Vm.Language;

/// <summary>Finds the word that was probably meant.</summary>
internal static class Spelling
{
    private const int MaxChars = 64;

    /// <summary>How many words of about the right length are compared: for hundreds of mistakes in a program of thousands of functions it would otherwise take minutes.</summary>
    private const int MaxCompared = 500;

    /// <summary>The nearest of some words, if it is near: the first of those with the fewest letters that are wrong, missing, too many, or exchanged with their neighbour, and among these the first of the same length. Case counts only where it alone differs.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="words">What could have been meant.</param>
    public static string? Nearest(ReadOnlySpan<char> word, IEnumerable<string> words)
    {
        if (word.Length is 0 or > MaxChars)
        {
            return null;
        }

        int nearest = word.Length switch { <= 2 => 1, <= 5 => 2, _ => 3 };
        int length = word.Length;
        string? best = null;
        int compared = 0;
        foreach (string candidate in words)
        {
            if (candidate.Length <= MaxChars && Math.Abs(candidate.Length - word.Length) <= nearest && compared < MaxCompared)
            {
                compared++;
                int distance = Distance(word, candidate);
                if (distance < nearest || (distance == nearest && candidate.Length == length && best is not null && best.Length != length))
                {
                    (nearest, best) = (distance, candidate);
                }
            }
        }

        return best;
    }

    private static int Distance(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        Span<int> last = stackalloc int[MaxChars + 1];
        Span<int> previous = stackalloc int[MaxChars + 1];
        Span<int> row = stackalloc int[MaxChars + 1];
        for (int j = 0; j <= other.Length; j++)
        {
            previous[j] = j;
        }

        for (int i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                bool isSame = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]);
                int distance = Math.Min(Math.Min(previous[j], row[j - 1]) + 1, previous[j - 1] + (isSame ? 0 : 1));
                bool isExchanged = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                row[j] = isExchanged ? Math.Min(distance, last[j - 2] + 1) : distance;
            }

            Span<int> free = last;
            last = previous;
            previous = row;
            row = free;
        }

        return previous[other.Length];
    }
}
