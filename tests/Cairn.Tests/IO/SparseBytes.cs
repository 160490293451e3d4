namespace Cairn.Tests.IO;

/// <summary>The content of a simulated file: 4 KiB pages on demand, zeros elsewhere, so that preallocated files cost nothing. Not safe for several threads.</summary>
internal sealed class SparseBytes
{
    public const int PageBytes = 4096;

    private readonly Dictionary<long, byte[]> _pages;

    public SparseBytes()
        : this([], 0)
    {
    }

    private SparseBytes(Dictionary<long, byte[]> pages, long length)
    {
        _pages = pages;
        Length = length;
    }

    public long Length { get; private set; }

    /// <summary>The bytes of the pages that were ever written: what a sparse file takes on the disk.</summary>
    public long AllocatedBytes => (long)_pages.Count * PageBytes;

    public SparseBytes Clone() => new(_pages.ToDictionary(page => page.Key, page => page.Value.ToArray()), Length);

    public int Read(long offset, Span<byte> buffer)
    {
        int count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        for (int done = 0; done < count;)
        {
            (long page, int at, int part) = Part(offset + done, count - done);
            if (_pages.TryGetValue(page, out byte[]? bytes))
            {
                bytes.AsSpan(at, part).CopyTo(buffer[done..]);
            }
            else
            {
                buffer.Slice(done, part).Clear();
            }

            done += part;
        }

        return count;
    }

    /// <summary>Writes within the length; what lies beyond it is dropped.</summary>
    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        int count = (int)Math.Clamp(Length - offset, 0, bytes.Length);
        for (int done = 0; done < count;)
        {
            (long page, int at, int part) = Part(offset + done, count - done);
            if (!_pages.TryGetValue(page, out byte[]? target))
            {
                _pages.Add(page, target = new byte[PageBytes]);
            }

            bytes.Slice(done, part).CopyTo(target.AsSpan(at));
            done += part;
        }
    }

    public void SetLength(long length)
    {
        if (length < Length)
        {
            foreach (long page in _pages.Keys.Where(page => page * PageBytes >= length).ToList())
            {
                _pages.Remove(page);
            }

            if (_pages.TryGetValue(length / PageBytes, out byte[]? last))
            {
                last.AsSpan((int)(length % PageBytes)).Clear();
            }
        }

        Length = length;
    }

    /// <summary>How many bytes from the offset on can be written when only so many pages may be added.</summary>
    public int Fitting(long offset, int count, long newPages)
    {
        for (int done = 0; done < count;)
        {
            (long page, _, int part) = Part(offset + done, count - done);
            if (!_pages.ContainsKey(page) && --newPages < 0)
            {
                return done;
            }

            done += part;
        }

        return count;
    }

    private static (long Page, int At, int Part) Part(long offset, int remaining)
    {
        int at = (int)(offset % PageBytes);
        return (offset / PageBytes, at, Math.Min(remaining, PageBytes - at));
    }
}
