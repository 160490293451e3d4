using Cairn.IO;

namespace Cairn.Backups;

/// <summary>Links and copies the files of one backup, and counts. Used by one thread.</summary>
internal sealed class BackupCopier(IFileSystem files, Action<BackupProgress>? onProgress, CancellationToken cancellationToken)
{
    private const int ChunkBytes = 1 << 20;

    private readonly byte[] _buffer = new byte[ChunkBytes];
    private bool _canLink = true;

    /// <summary>How many files there are to be done.</summary>
    public int Total { get; set; }

    /// <summary>The files that needed nothing.</summary>
    public int Kept { get; private set; }

    /// <summary>The files that were linked.</summary>
    public int Linked { get; private set; }

    /// <summary>The files that were copied, or the end of which was.</summary>
    public int Copied { get; private set; }

    /// <summary>The bytes copied.</summary>
    public long Bytes { get; private set; }

    /// <summary>A file needs nothing.</summary>
    public void Keep()
    {
        Kept++;
        Tell();
    }

    /// <summary>Whether two files have the same bytes.</summary>
    public bool IsSame(string source, string target)
    {
        using IFile one = files.Open(source, FileOpening.Read);
        using IFile other = files.Open(target, FileOpening.Read);
        long length = one.Length;
        if (length != other.Length)
        {
            return false;
        }

        Span<byte> part = _buffer.AsSpan(0, ChunkBytes / 2);
        Span<byte> otherPart = _buffer.AsSpan(ChunkBytes / 2);
        for (long at = 0; at < length; at += part.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = one.Read(at, part);
            if (other.Read(at, otherPart) != read || !part[..read].SequenceEqual(otherPart[..read]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Puts a file in place that is not there.</summary>
    /// <param name="source">The file of the store.</param>
    /// <param name="target">Its name in the backup.</param>
    /// <param name="bytes">How many of its bytes count; null for all.</param>
    /// <param name="mayLink">Whether nobody ever writes it any more.</param>
    public void Put(string source, string target, long? bytes, bool mayLink)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (mayLink && _canLink)
        {
            _canLink = files.TryLink(source, target);
            if (_canLink)
            {
                Linked++;
                Tell();
                return;
            }
        }

        using IFile from = files.Open(source, FileOpening.Read);
        using IFile to = files.Open(target, FileOpening.CreateNew);
        Copy(from, to, 0, bytes ?? from.Length);
    }

    /// <summary>Copies what is new at the end of a file of the backup's own.</summary>
    /// <param name="source">The file of the store.</param>
    /// <param name="target">Its copy.</param>
    /// <param name="held">The bytes that the copy has for certain.</param>
    /// <param name="bytes">How many bytes count; null for all.</param>
    public void Extend(string source, string target, long held, long? bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (held == bytes)
        {
            Keep();
            return;
        }

        using IFile from = files.Open(source, FileOpening.Read);
        long end = bytes ?? from.Length;
        if (end < held)
        {
            throw new StateCorruptedException(source, -1, "length", $"at least {held} bytes, which the backup has of it", $"{end}");
        }

        using IFile to = files.Open(target, FileOpening.Write);
        Copy(from, to, held, end);
    }

    private void Copy(IFile from, IFile to, long start, long end)
    {
        for (long at = start; at < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<byte> part = _buffer.AsSpan(0, (int)Math.Min(ChunkBytes, end - at));
            int read = from.Read(at, part);
            if (read < part.Length)
            {
                throw new StateCorruptedException(from.Path, at + read, "length", $"at least {end} bytes", "the end of the file");
            }

            to.Write(at, part);
            at += read;
            Bytes += read;
        }

        if (to.Length > end)
        {
            to.SetLength(end); // of a backup that was interrupted
        }

        to.Sync();
        Copied++;
        Tell();
    }

    private void Tell() => onProgress?.Invoke(new BackupProgress(Kept + Linked + Copied, Total, Bytes));
}
