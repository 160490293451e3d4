using Cairn.IO;
using Xunit;

namespace Cairn.Tests.IO;

public sealed class OsFileSystemTests : FileSystemTests, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cairn-files-").FullName;

    private protected override IFileSystem FileSystem => OsFileSystem.Instance;

    private protected override string Root => _root;

    [Fact]
    public void Open_OfDirectory_IsAnIOException() =>
        Assert.ThrowsAny<IOException>(() => OsFileSystem.Instance.Open(_root, FileOpening.Read));

    [Fact]
    public void Lock_InAnUnwritablePlace_IsAnIOExceptionNotBusy() =>
        Assert.ThrowsAny<IOException>(() => OsFileSystem.Instance.TryLock(_root));

    [Fact]
    public void BeginTransfer_OfWrittenAndUnwrittenRanges_ChangesNothing()
    {
        byte[] bytes = new byte[1 << 20];
        new Random(1).NextBytes(bytes);
        using IFile file = OsFileSystem.Instance.Open(Path.Combine(_root, "file"), FileOpening.CreateNew);
        file.Write(4096, bytes);
        file.BeginTransfer(4096, bytes.Length);
        file.BeginTransfer(1 << 30, 4096);
        file.Sync();

        byte[] read = new byte[bytes.Length];
        Assert.Equal(read.Length, file.Read(4096, read));
        Assert.Equal(bytes, read);
        Assert.Equal(4096 + bytes.Length, file.Length);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
