using System.Runtime.CompilerServices;
using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>
/// Which keys a tree may have: a Bloom filter whose bits for a key lie in one word, so that a question costs one access to memory. Keys are only ever added; one that was deleted stays until the filter is made anew.
/// </summary>
/// <remarks>
/// Sound for every version from <see cref="From"/> on once <see cref="TryBuild"/> has given it: the keys of a version are those of the one that the filter was begun at, all of which are added then, and those that versions
/// after it put, each added before that version is published. A version whose new keys were not added spoils it (<see cref="BeforeHead"/>). Bits are set by one thread or several, atomically.
/// </remarks>
internal sealed class KeyFilter
{
    /// <summary>Room for each key at first, in bits: twice what makes it worth anything, so that a tree may double before it is made anew.</summary>
    private const int BitsPerKey = 16;

    /// <summary>While the keys of a page are added, the memory of the one so many pages on is asked for.</summary>
    private const int PagesAhead = 2;

    /// <summary>Likewise for handles of pages.</summary>
    private const int HandlesAhead = 4;

    /// <summary>What is asked for of it.</summary>
    private const int BytesAhead = 4096;

    /// <summary>With fewer bits a key it is worth nothing.</summary>
    private const int LeastBitsPerKey = 8;
    private const int BitsPerWord = 64;
    private const ulong LeastWords = 1024;

    private readonly ulong[] _words;
    private readonly TreeKind _tree;
    private ulong _stamped;
    private bool _isSpoiled;
    private long _keys;

    /// <summary>Makes an empty filter.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="entries">How many keys it has.</param>
    /// <param name="bytes">The most memory to take.</param>
    /// <param name="head">The ordinal of the head, of which the keys are to be added; the caller sees to it that no version is published meanwhile.</param>
    private KeyFilter(TreeKind tree, ulong entries, long bytes, ulong head)
    {
        _tree = tree;
        From = head;
        _words = new ulong[Math.Min((ulong)bytes / sizeof(ulong), Math.Max(LeastWords, entries * BitsPerKey / BitsPerWord))];
    }

    /// <summary>The first version it holds for.</summary>
    public ulong From { get; }

    /// <summary>The memory it takes.</summary>
    public long Bytes => _words.Length * (long)sizeof(ulong);

    /// <summary>Whether it has become too full to be of use, and one made anew would not be.</summary>
    public bool IsFull => Interlocked.Read(ref _keys) * LeastBitsPerKey > _words.Length * (long)BitsPerWord;

    /// <summary>Whether the keys of a version were not all added.</summary>
    public bool IsSpoiled => Volatile.Read(ref _isSpoiled);

    /// <summary>Begins a filter over the head.</summary>
    /// <returns>Null when there is not enough memory for so many keys.</returns>
    public static KeyFilter? TryBegin(TreeKind tree, ulong entries, long bytes, ulong head) =>
        entries * LeastBitsPerKey / 8 > (ulong)bytes ? null : new KeyFilter(tree, entries, bytes, head);

    /// <summary>Whether a version may have a key. Called only once the filter is built.</summary>
    /// <param name="hash">The hash of tree and key.</param>
    /// <param name="version">The version's ordinal.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayHave(ulong hash, ulong version)
    {
        ulong bits = Bits(hash);
        return version < From || (Volatile.Read(ref _words[Word(hash)]) & bits) == bits;
    }

    /// <summary>Adds the keys that a version puts and the one before it had not.</summary>
    public void Add(ulong ordinal, ChangeList changes)
    {
        for (int index = 0; index < changes.Count; index++)
        {
            if (!changes.HasOld(index))
            {
                Add(KeyHash.Of(_tree, changes.Key(index)));
            }
        }

        Stamped(ordinal);
    }

    /// <summary>All keys that a version puts are added; 0 for none.</summary>
    public void Stamped(ulong ordinal) => _stamped = ordinal;

    /// <summary>A version is about to be published. Whose keys were not added spoils the filter.</summary>
    public void BeforeHead(ulong ordinal)
    {
        if (_stamped != ordinal)
        {
            Volatile.Write(ref _isSpoiled, true);
        }
    }

    /// <summary>Adds the keys of the version it was begun at, if all its pages are in memory. The caller keeps the version.</summary>
    /// <returns>False when a page is not in memory, the filter was spoiled meanwhile, or it is to end.</returns>
    /// <remarks>Runs once for some time, too short for the runtime to compile it a second time: so for speed at once.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryBuild(in TreeRoot root, CancellationToken cancellationToken)
    {
        List<PageReference> open = [];
        if (root.Reference is { } top)
        {
            open.Add(top);
        }

        ulong entries = 0;
        Span<byte> key = stackalloc byte[StateLimits.MaxKeyBytes];
        Span<ulong> hashes = stackalloc ulong[PageLimits.MaxItems];
        while (open.Count > 0)
        {
            using ReaderEpochs.Guard guard = ReaderEpochs.Enter();
            PageReference reference = open[^1];
            open.RemoveAt(open.Count - 1);
            if (reference.Page is not { } page || IsSpoiled || cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            // The last child first, so that they are taken in key order and few are open at a time.
            for (int child = page.Children.Length - 1; child >= 0; child--)
            {
                open.Add(page.Children[child]);
            }

            AskForNext(open);
            entries += (ulong)Add(Hashes(page, key, hashes));
        }

        return entries == root.Totals.Entries && !IsSpoiled;
    }

    /// <summary>Asks for the memory of a page and the handle of another that come soon.</summary>
    private static void AskForNext(List<PageReference> open)
    {
        if (open.Count >= HandlesAhead)
        {
            PageReference.PrefetchHandle(open[^HandlesAhead]);
            open[^PagesAhead].Prefetch(BytesAhead);
        }
    }

    /// <summary>The hashes of the keys of a page, the words of which are asked for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private ReadOnlySpan<ulong> Hashes(Page page, Span<byte> key, Span<ulong> hashes)
    {
        int count = 0;
        int prefixBytes = page.PrefixBytes;
        page.Prefix.CopyTo(key);
        for (int item = 0; item < page.Count; item++)
        {
            if (!page.IsStub(item))
            {
                ReadOnlySpan<byte> suffix = page.Suffix(item);
                suffix.CopyTo(key[prefixBytes..]);
                ulong hash = KeyHash.Of(_tree, key[..(prefixBytes + suffix.Length)]);
                PageProbe.Prefetch(_words, Word(hash));
                hashes[count++] = hash;
            }
        }

        return hashes[..count];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Add(ReadOnlySpan<ulong> hashes)
    {
        Interlocked.Add(ref _keys, hashes.Length);
        foreach (ulong hash in hashes)
        {
            Interlocked.Or(ref _words[Word(hash)], Bits(hash));
        }

        return hashes.Length;
    }

    private void Add(ulong hash)
    {
        Interlocked.Increment(ref _keys);
        Interlocked.Or(ref _words[Word(hash)], Bits(hash));
    }

    /// <summary>Four bits of a word, out of the low end of the hash; the word comes from its high end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(ulong hash) => (1UL << (int)hash) | (1UL << (int)(hash >> 6)) | (1UL << (int)(hash >> 12)) | (1UL << (int)(hash >> 18));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Word(ulong hash) => Math.BigMul(hash, (ulong)_words.Length, out ulong _);
}
