namespace Cairn.Cli.Terminal;

/// <summary>What a word being typed can become.</summary>
/// <param name="Start">Where the word begins in the line.</param>
/// <param name="Words">What it can become, in order; none when nothing fits.</param>
internal sealed record Completion(int Start, IReadOnlyList<string> Words)
{
    /// <summary>What all of <see cref="Words"/> begin with.</summary>
    public string CommonStart()
    {
        string first = Words[0];
        int length = first.Length;
        foreach (string word in Words)
        {
            length = Math.Min(length, first.AsSpan().CommonPrefixLength(word));
        }

        return first[..(length > 0 && length < first.Length && char.IsHighSurrogate(first[length - 1]) ? length - 1 : length)];
    }
}
