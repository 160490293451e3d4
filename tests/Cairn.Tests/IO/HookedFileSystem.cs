using Cairn.IO;

namespace Cairn.Tests.IO;

/// <summary>Calls back before each reading operation, and where wanted before each write and deletion with its path and when a range is to go to the disk or past the system's cache, so that a test can let something happen exactly there.</summary>
internal sealed class HookedFileSystem(IFileSystem inner, Action before, Action<string>? beforeChange = null, Action<string, long, long>? onTransfer = null, Action<string, long, int>? onDirect = null) : IFileSystem
{
    public IFile Open(string path, FileOpening mode)
    {
        before();
        return new HookedFile(inner.Open(path, mode), before, beforeChange, onTransfer, onDirect);
    }

    public bool FileExists(string path)
    {
        before();
        return inner.FileExists(path);
    }

    public bool DirectoryExists(string path)
    {
        before();
        return inner.DirectoryExists(path);
    }

    public IReadOnlyList<string> List(string directory)
    {
        before();
        return inner.List(directory);
    }

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public void Delete(string path)
    {
        beforeChange?.Invoke(path);
        inner.Delete(path);
    }

    public void Rename(string source, string target) => inner.Rename(source, target);

    public bool TryLink(string source, string target)
    {
        before();
        return inner.TryLink(source, target);
    }

    public void SyncDirectory(string path) => inner.SyncDirectory(path);

    public IDisposable? TryLock(string path) => inner.TryLock(path);

    private sealed class HookedFile(IFile inner, Action before, Action<string>? beforeChange, Action<string, long, long>? onTransfer, Action<string, long, int>? onDirect) : IFile
    {
        public string Path => inner.Path;

        public long Length
        {
            get
            {
                before();
                return inner.Length;
            }
        }

        public int Read(long offset, Span<byte> buffer)
        {
            before();
            return inner.Read(offset, buffer);
        }

        public int ReadDirect(long offset, Span<byte> buffer)
        {
            before();
            return inner.ReadDirect(offset, buffer);
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            beforeChange?.Invoke(Path);
            inner.Write(offset, bytes);
        }

        public void WriteDirect(long offset, ReadOnlySpan<byte> bytes)
        {
            beforeChange?.Invoke(Path);
            onDirect?.Invoke(Path, offset, bytes.Length);
            inner.WriteDirect(offset, bytes);
        }

        public void SetLength(long length) => inner.SetLength(length);

        public void BeginTransfer(long offset, long length)
        {
            onTransfer?.Invoke(Path, offset, length);
            inner.BeginTransfer(offset, length);
        }

        public void Sync() => inner.Sync();

        public void Dispose() => inner.Dispose();
    }
}
