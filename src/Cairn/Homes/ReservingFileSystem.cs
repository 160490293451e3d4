using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// The file system for what must not fail on a full disk: pages, manifests and the head hint. A write that finds no room has the reserve given up and is done once more, which is safe because every one of them writes a place that
/// nothing refers to yet. The log is not written through it: commits are refused before the reserve is touched. A sync that fails is never tried again.
/// </summary>
internal sealed class ReservingFileSystem(IFileSystem inner, DiskReserve reserve) : IFileSystem
{
    public IFile Open(string path, FileOpening mode) => mode == FileOpening.Read ? inner.Open(path, mode) : new ReservingFile(WithRoom(() => inner.Open(path, mode)), reserve);

    public bool FileExists(string path) => inner.FileExists(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public IReadOnlyList<string> List(string directory) => inner.List(directory);

    public void CreateDirectory(string path) => WithRoom(() =>
    {
        inner.CreateDirectory(path);
        return 0;
    });

    public void Delete(string path) => inner.Delete(path);

    public void Rename(string source, string target) => WithRoom(() =>
    {
        inner.Rename(source, target);
        return 0;
    });

    public bool TryLink(string source, string target) => WithRoom(() => inner.TryLink(source, target));

    public long AvailableBytes(string directory) => inner.AvailableBytes(directory);

    public void SyncDirectory(string path) => inner.SyncDirectory(path);

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    private T WithRoom<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (DiskFullException failure) when (!failure.DuringSync && reserve.Release())
        {
            return call();
        }
    }

    private sealed class ReservingFile(IFile inner, DiskReserve reserve) : IFile
    {
        public string Path => inner.Path;

        public long Length => inner.Length;

        public int Read(long offset, Span<byte> buffer) => inner.Read(offset, buffer);

        public int ReadDirect(long offset, Span<byte> buffer) => inner.ReadDirect(offset, buffer);

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            try
            {
                inner.Write(offset, bytes);
            }
            catch (DiskFullException failure) when (!failure.DuringSync && reserve.Release())
            {
                inner.Write(offset, bytes);
            }
        }

        public void WriteDirect(long offset, ReadOnlySpan<byte> bytes)
        {
            try
            {
                inner.WriteDirect(offset, bytes);
            }
            catch (DiskFullException failure) when (!failure.DuringSync && reserve.Release())
            {
                inner.WriteDirect(offset, bytes);
            }
        }

        public void SetLength(long length)
        {
            try
            {
                inner.SetLength(length);
            }
            catch (DiskFullException failure) when (!failure.DuringSync && reserve.Release())
            {
                inner.SetLength(length);
            }
        }

        public void BeginTransfer(long offset, long length) => inner.BeginTransfer(offset, length);

        public void Sync() => inner.Sync();

        public void Dispose() => inner.Dispose();
    }
}
