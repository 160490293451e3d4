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

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
