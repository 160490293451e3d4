using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cairn.Contracts;

/// <summary>
/// What words were before they were written, so that scopes can be rolled back and the delta of an execution told.
/// <list type="bullet">
/// <item>A word is in the part of a scope at most once, with what it held when the scope began.</item>
/// <item>The first entry of a chunk in the part of a scope carries the stamp (scope and saved words) that the chunk had before; the others carry the scope's own.</item>
/// <item>Releasing a scope drops the entries of words that the one around it has saved itself.</item>
/// </list>
/// Owned by the session, for one thread.
/// </summary>
internal sealed class WordJournal
{
    private Entry[] _entries = [];
    private int _count;

    /// <summary>How many entries there are: the mark of a scope that begins now.</summary>
    public int Count => _count;

    public ref Entry this[int index] => ref _entries[index];

    /// <summary>Saves words of a chunk before they are written for the first time in a scope.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="words">The words, one bit each; none is saved in the scope.</param>
    /// <param name="scope">The scope.</param>
    public void Save(Chunk chunk, int words, ulong scope)
    {
        bool isFirst = chunk.Scope != scope;
        for (int rest = words; rest != 0; rest &= rest - 1)
        {
            int word = BitOperations.TrailingZeroCount(rest);
            if (_count == _entries.Length)
            {
                Array.Resize(ref _entries, Math.Max(4, 2 * _count));
            }

            ref Entry entry = ref _entries[_count++];
            entry.Chunk = chunk;
            entry.Word = (byte)word;
            entry.WasWritten = (chunk.Written & (1 << word)) != 0;
            entry.Scope = chunk.Scope;
            entry.Saved = isFirst ? chunk.Saved : (byte)0;
            chunk.Word(word).CopyTo(entry.Old);
            if (isFirst)
            {
                chunk.Scope = scope;
                chunk.Saved = 0;
                isFirst = false;
            }

            chunk.Saved |= (byte)(1 << word);
        }
    }

    /// <summary>Makes the entries of a scope part of the one around it.</summary>
    /// <param name="mark">Where the scope began.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="parent">The scope around it.</param>
    public void Release(int mark, ulong scope, ulong parent)
    {
        int kept = mark;
        for (int i = mark; i < _count; i++)
        {
            ref Entry entry = ref _entries[i];
            Chunk chunk = entry.Chunk;
            if (entry.Scope != scope)
            {
                chunk.Saved = entry.Scope == parent ? entry.Saved : (byte)0;
                chunk.Scope = parent;
            }
            else
            {
                entry.Scope = parent;
            }

            int bit = 1 << entry.Word;
            if ((chunk.Saved & bit) != 0)
            {
                continue;
            }

            chunk.Saved |= (byte)bit;
            _entries[kept++] = entry;
        }

        Cut(kept);
    }

    /// <summary>Puts back what the words of a scope were.</summary>
    /// <param name="mark">Where the scope began.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>How many words are no longer written.</returns>
    public int Rollback(int mark, ulong scope)
    {
        int unwritten = 0;
        for (int i = _count - 1; i >= mark; i--)
        {
            ref Entry entry = ref _entries[i];
            Chunk chunk = entry.Chunk;
            ((ReadOnlySpan<byte>)entry.Old).CopyTo(chunk.Word(entry.Word));
            if (!entry.WasWritten)
            {
                chunk.Written &= (byte)~(1 << entry.Word);
                unwritten++;
            }

            if (entry.Scope != scope)
            {
                chunk.Scope = entry.Scope;
                chunk.Saved = entry.Saved;
            }
        }

        Cut(mark);
        return unwritten;
    }

    /// <summary>Forgets everything: an execution is over.</summary>
    public void Clear()
    {
        for (int i = 0; i < _count; i++)
        {
            _entries[i].Chunk.Written = 0;
        }

        Cut(0);
    }

    private void Cut(int count)
    {
        Array.Clear(_entries, count, _count - count);
        _count = count;
    }

    /// <summary>A word before it was written.</summary>
    internal struct Entry
    {
        public Chunk Chunk;
        public ulong Scope;
        public byte Saved;
        public byte Word;
        public bool WasWritten;
        public OldWord Old;
    }

    /// <summary>The bytes of a word.</summary>
    [InlineArray(Contracts.Chunk.WordBytes)]
    internal struct OldWord
    {
        private byte _first;
    }
}
