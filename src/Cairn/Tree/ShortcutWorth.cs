using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cairn.Tree;

/// <summary>
/// Whether asking a shortcut pays: an answer is worth many questions in vain. One that has not answered for some time is asked now and then only, until it does again. Shared by the threads of a stripe without a lock: what two do at
/// once makes it asked more or less often, no more.
/// </summary>
internal struct ShortcutWorth
{
    /// <summary>What an answer is worth, in questions in vain: a question costs about an eighth of the way through the tree.</summary>
    private const int OfAnAnswer = 8;

    /// <summary>After so many questions in vain it is forgotten how often there were answers before.</summary>
    private const int Most = 1024;

    /// <summary>How often one is asked that does not pay: one in so many times, a power of two.</summary>
    private const uint AskedAnyway = 16;

    private int _credit;
    private uint _passedBy;

    /// <summary>Whether to ask now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAsked() => _credit > 0 || (++_passedBy & (AskedAnyway - 1)) == 0;

    /// <summary>Notes an answer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Answered()
    {
        if (_credit < Most)
        {
            _credit += OfAnAnswer;
        }
    }

    /// <summary>Notes that it was asked in vain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Failed()
    {
        if (_credit > 0)
        {
            _credit--;
        }
    }

    /// <summary>What the shortcuts are worth to the threads of a stripe, on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    public struct Stripe
    {
        /// <summary>Of the hot entries.</summary>
        public ShortcutWorth Hot;

        /// <summary>Of the filter over the state tree.</summary>
        public ShortcutWorth State;

        /// <summary>Of the filter over the local tree.</summary>
        public ShortcutWorth Local;

        /// <summary>That of the filter over a tree.</summary>
        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public ref ShortcutWorth Filter(TreeKind tree) => ref tree == TreeKind.State ? ref State : ref Local;
    }
}
