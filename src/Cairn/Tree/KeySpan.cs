namespace Cairn.Tree;

/// <summary>The keys from one to another, both included.</summary>
internal sealed class KeySpan
{
    private readonly byte[] _first;
    private readonly byte[] _last = new byte[StateLimits.MaxKeyBytes];
    private int _lastBytes;

    /// <summary>Makes one of a single key.</summary>
    public KeySpan(ReadOnlySpan<byte> key)
    {
        _first = key.ToArray();
        ExtendTo(key);
    }

    /// <summary>Takes in the keys up to one that is not below the last.</summary>
    public void ExtendTo(ReadOnlySpan<byte> key)
    {
        key.CopyTo(_last);
        _lastBytes = key.Length;
    }

    /// <summary>The items of a page that are, or have below them, keys of the span, as bits; perhaps one more.</summary>
    public ulong ItemsIn(Page page)
    {
        SearchResult last = page.Search(_last.AsSpan(0, _lastBytes));
        int behind = last.Outcome is SearchOutcome.Child or SearchOutcome.Found ? last.Index + 1 : last.Index;
        ulong before = behind >= PageLimits.MaxItems ? ulong.MaxValue : (1UL << behind) - 1;
        int first = page.Search(_first).Index;
        return first >= PageLimits.MaxItems ? 0 : before >> first << first;
    }
}
