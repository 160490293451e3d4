using Cairn.IO;
using Xunit;

namespace Cairn.Tests.IO;

/// <summary>What every file system has to do; one subclass each.</summary>
public abstract class FileSystemTests
{
    private protected abstract IFileSystem FileSystem { get; }

    private protected abstract string Root { get; }

    private string File => In("file");

    [Fact]
    public void File_WrittenAndSynced_ReadsBack()
    {
        using IFile file = FileSystem.Open(File, FileOpening.CreateNew);
        file.Write(0, "hello"u8);
        file.Write(3, "LOW"u8);
        file.Sync();

        Assert.Equal(6, file.Length);
        Assert.Equal("helLOW"u8, ReadAll(file));
        Assert.Equal(File, file.Path);
    }

    [Fact]
    public void Write_BehindTheEnd_LeavesZerosBetween()
    {
        using IFile file = FileSystem.Open(File, FileOpening.CreateNew);
        file.Write(5000, "x"u8);

        Assert.Equal(5001, file.Length);
        Assert.Equal([.. new byte[5000], (byte)'x'], ReadAll(file));
    }

    [Fact]
    public void Write_OfNothing_ChangesNothing()
    {
        using IFile file = FileSystem.Open(File, FileOpening.CreateNew);
        file.Write(0, []);

        Assert.Equal(0, file.Length);
    }

    [Fact]
    public void Read_AcrossAndBehindTheEnd_GivesWhatIsThere()
    {
        using IFile file = FileSystem.Open(File, FileOpening.CreateNew);
        file.Write(0, "0123456789"u8);
        byte[] buffer = new byte[8];

        Assert.Equal(4, file.Read(6, buffer));
        Assert.Equal("6789"u8, buffer.AsSpan(0, 4));
        Assert.Equal(0, file.Read(10, buffer));
        Assert.Equal(0, file.Read(1L << 40, buffer));
        Assert.Equal(0, file.Read(0, []));
    }

    [Fact]
    public void SetLength_CutAndExtended_GivesZeros()
    {
        using IFile file = FileSystem.Open(File, FileOpening.CreateNew);
        file.Write(0, Enumerable.Repeat((byte)7, 10_000).ToArray());
        file.SetLength(4097);
        file.Sync();
        file.SetLength(9000);
        file.Sync();

        Assert.Equal([.. Enumerable.Repeat((byte)7, 4097), .. new byte[9000 - 4097]], ReadAll(file));
    }

    [Fact]
    public void Open_OfAbsentFile_ThrowsFileNotFound()
    {
        Assert.Throws<FileNotFoundException>(() => FileSystem.Open(File, FileOpening.Read));
        Assert.Throws<FileNotFoundException>(() => FileSystem.Open(File, FileOpening.Write));
        Assert.Throws<DirectoryNotFoundException>(() => FileSystem.Open(In("none", "file"), FileOpening.CreateNew));
        Assert.False(FileSystem.FileExists(File));
    }

    [Fact]
    public void Open_CreateNewOfPresentFile_ThrowsAndKeepsIt()
    {
        Create("file", "kept"u8);

        Assert.ThrowsAny<IOException>(() => FileSystem.Open(File, FileOpening.CreateNew));
        Assert.Equal("kept"u8, ReadAll("file"));
    }

    [Fact]
    public void Open_ForReadingBesideAWriter_SeesItsBytes()
    {
        using IFile writer = FileSystem.Open(File, FileOpening.CreateNew);
        using IFile reader = FileSystem.Open(File, FileOpening.Read);
        using IFile secondWriter = FileSystem.Open(File, FileOpening.Write);
        writer.Write(0, "one"u8);
        secondWriter.Write(3, "two"u8);

        Assert.Equal("onetwo"u8, ReadAll(reader));
    }

    [Fact]
    public void Write_ThroughAReader_IsRefused()
    {
        Create("file", "x"u8);
        using IFile reader = FileSystem.Open(File, FileOpening.Read);

        Assert.Throws<UnauthorizedAccessException>(() => reader.Write(0, "y"u8));
    }

    [Fact]
    public void File_Disposed_RefusesUse()
    {
        IFile file = FileSystem.Open(File, FileOpening.CreateNew);
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Length);
        Assert.Throws<ObjectDisposedException>(() => file.Read(0, new byte[1]));
        Assert.Throws<ObjectDisposedException>(() => file.Write(0, new byte[1]));
    }

    [Fact]
    public void List_GivesNamesInOrdinalOrder()
    {
        Create("b", "x"u8);
        Create("B", "x"u8);
        Create("a.seg", "x"u8);
        FileSystem.CreateDirectory(In("dir"));

        Assert.Equal(["B", "a.seg", "b", "dir"], FileSystem.List(Root));
        Assert.Throws<DirectoryNotFoundException>(() => FileSystem.List(In("none")));
    }

    [Fact]
    public void CreateDirectory_TwiceAndWithoutParent()
    {
        FileSystem.CreateDirectory(In("dir"));
        FileSystem.CreateDirectory(In("dir"));

        Assert.True(FileSystem.DirectoryExists(In("dir")));
        Assert.False(FileSystem.FileExists(In("dir")));
        Assert.False(FileSystem.DirectoryExists(In("none")));
        Assert.Throws<DirectoryNotFoundException>(() => FileSystem.CreateDirectory(In("none", "dir")));
    }

    [Fact]
    public void Delete_PresentAndAbsent()
    {
        Create("file", "x"u8);
        FileSystem.Delete(File);
        FileSystem.Delete(File);

        Assert.False(FileSystem.FileExists(File));
        Assert.Empty(FileSystem.List(Root));
    }

    [Fact]
    public void Rename_OverAnotherFile_ReplacesIt()
    {
        Create("old", "old"u8);
        Create("new", "new"u8);
        FileSystem.Rename(In("new"), In("old"));

        Assert.Equal(["old"], FileSystem.List(Root));
        Assert.Equal("new"u8, ReadAll("old"));
        Assert.ThrowsAny<IOException>(() => FileSystem.Rename(In("new"), In("old")));
    }

    [Fact]
    public void SyncDirectory_AfterChanges_KeepsThem()
    {
        Create("file", "x"u8);
        FileSystem.SyncDirectory(Root);

        Assert.Equal(["file"], FileSystem.List(Root));
    }

    [Fact]
    public void SyncDirectory_OfAbsentDirectory_Throws()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Directories are not synced on Windows.");

        Assert.ThrowsAny<IOException>(() => FileSystem.SyncDirectory(In("none")));
    }

    [Fact]
    public void Lock_IsExclusiveUntilDisposed()
    {
        IDisposable? first = FileSystem.TryLock(In("lock"));
        Assert.NotNull(first);
        Assert.Null(FileSystem.TryLock(In("lock")));

        first.Dispose();
        using IDisposable? second = FileSystem.TryLock(In("lock"));
        Assert.NotNull(second);
        Assert.Equal(["lock"], FileSystem.List(Root));
        Assert.Throws<DirectoryNotFoundException>(() => FileSystem.TryLock(In("none", "lock")));
    }

    [Fact]
    public void Link_OfAFile_GivesTheBytesASecondNameThatOutlivesTheFirst()
    {
        Create("file", "shared"u8);
        FileSystem.CreateDirectory(In("other"));
        Assert.True(FileSystem.TryLink(File, In("other", "name")));
        Assert.Equal("shared"u8, ReadAll(Path.Join("other", "name")));
        FileSystem.Delete(File);
        FileSystem.SyncDirectory(In("other"));

        Assert.False(FileSystem.FileExists(File));
        Assert.Equal("shared"u8, ReadAll(Path.Join("other", "name")));
    }

    [Fact]
    public void Link_OverAnExistingNameOrOfNothing_IsAnIOException()
    {
        Create("file", "one"u8);
        Create("second", "two"u8);

        Assert.ThrowsAny<IOException>(() => FileSystem.TryLink(File, In("second")));
        Assert.Throws<FileNotFoundException>(() => FileSystem.TryLink(In("none"), In("third")));
        Assert.Equal("two"u8, ReadAll("second"));
        Assert.False(FileSystem.FileExists(In("third")));
    }

    [Fact]
    public void File_DeletedWhileOpen_StaysReadable()
    {
        Create("file", "still"u8);
        using IFile file = FileSystem.Open(File, FileOpening.Read);
        FileSystem.Delete(File);

        Assert.Equal("still"u8, ReadAll(file));
    }

    [Fact]
    public void File_ReadByManyThreadsBesideAWriter_GivesWholeWrites()
    {
        using IFile file = FileSystem.Open(File, FileOpening.CreateNew);
        file.SetLength(64 * 1024);
        Parallel.For(0, 64, i =>
        {
            byte[] bytes = Enumerable.Repeat((byte)i, 1024).ToArray();
            file.Write(i * 1024, bytes);
            byte[] back = new byte[1024];
            Assert.Equal(1024, file.Read(i * 1024, back));
            Assert.Equal(bytes, back);
        });
    }

    private string In(params string[] names) => Path.Join([Root, .. names]);

    private void Create(string name, ReadOnlySpan<byte> bytes)
    {
        using IFile file = FileSystem.Open(In(name), FileOpening.CreateNew);
        file.Write(0, bytes);
        file.Sync();
    }

    private byte[] ReadAll(string name)
    {
        using IFile file = FileSystem.Open(In(name), FileOpening.Read);
        return ReadAll(file);
    }

    private static byte[] ReadAll(IFile file)
    {
        byte[] bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(0, bytes));
        return bytes;
    }
}
