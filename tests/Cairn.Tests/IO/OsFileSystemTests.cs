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

    [Fact]
    public void DirectAndOrdinaryAccess_InAnyOrder_SeeTheSameBytes()
    {
        const int MostBytes = 40 * IFile.DirectBytes;
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            using IFile file = OsFileSystem.Instance.Open(Path.Combine(_root, $"mixed-{seed}"), FileOpening.CreateNew);
            byte[] model = new byte[2 * MostBytes];
            byte[] memory = new byte[MostBytes + (2 * IFile.DirectBytes)];
            int length = 0;
            for (int step = 0; step < 60; step++)
            {
                bool isAligned = random.Next(2) == 0;
                int unit = isAligned ? IFile.DirectBytes : 1;
                int offset = random.Next(MostBytes / unit) * unit;
                int bytes = random.Next(1, MostBytes / unit) * unit;
                int start = isAligned ? AlignedMemory.Start(memory, 0) : random.Next(IFile.DirectBytes);
                Span<byte> span = memory.AsSpan(start, bytes);
                switch (random.Next(5))
                {
                    case 0:
                        Fill(random, span, model, offset);
                        file.Write(offset, span);
                        length = Math.Max(length, offset + bytes);
                        break;
                    case 1:
                        Fill(random, span, model, offset);
                        file.WriteDirect(offset, span);
                        length = Math.Max(length, offset + bytes);
                        break;
                    case 2:
                        file.Sync();
                        break;
                    default:
                        span.Fill(0xAA);
                        int read = step % 2 == 0 ? file.ReadDirect(offset, span) : file.Read(offset, span);
                        Assert.True(Math.Clamp(length - offset, 0, bytes) == read, $"seed {seed}, step {step}: {read} of {bytes} bytes at {offset} of {length}");
                        Assert.True(model.AsSpan(offset, read).SequenceEqual(span[..read]), $"seed {seed}, step {step}");
                        break;
                }

                Assert.Equal(length, file.Length);
            }
        }
    }

    [Fact]
    public void ReadDirect_OfAFileOpenForReading_GivesItsBytesUpToAnOddEnd()
    {
        string path = Path.Combine(_root, "odd");
        byte[] bytes = new byte[(3 * IFile.DirectBytes) + 100];
        new Random(3).NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
        byte[] memory = new byte[6 * IFile.DirectBytes];
        int start = AlignedMemory.Start(memory, 0);
        using IFile file = OsFileSystem.Instance.Open(path, FileOpening.Read);

        Assert.Equal(bytes.Length, file.ReadDirect(0, memory.AsSpan(start, 4 * IFile.DirectBytes)));
        Assert.Equal(bytes, memory.AsSpan(start, bytes.Length));
        Assert.Equal(0, file.ReadDirect(4 * IFile.DirectBytes, memory.AsSpan(start, IFile.DirectBytes)));
        Assert.ThrowsAny<Exception>(() => file.WriteDirect(0, memory.AsSpan(start, IFile.DirectBytes)));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static void Fill(Random random, Span<byte> span, byte[] model, int offset)
    {
        random.NextBytes(span);
        span.CopyTo(model.AsSpan(offset));
    }
}
