#pragma warning disable RS0030 // The one place that talks to the operating system's files.

using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cairn.IO;

/// <summary>The file system of the operating system. Stateless; safe for use from any thread.</summary>
/// <remarks>
/// Syncing is <c>fdatasync</c> on Linux (bytes and length, not the times), the platform's strongest flush elsewhere. A directory is synced through
/// <c>fsync</c> on Unix; Windows needs no such call. A refusal by the operating system for lack of rights is an <see cref="IOException"/> too.
/// </remarks>
public sealed partial class OsFileSystem : IFileSystem
{
    private OsFileSystem()
    {
    }

    /// <summary>The only instance.</summary>
    public static OsFileSystem Instance { get; } = new();

    /// <inheritdoc/>
    public IFile Open(string path, FileOpening mode)
    {
        (FileMode fileMode, FileAccess access, FileShare share) = mode switch
        {
            FileOpening.Read => (FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
            FileOpening.Write => (FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
            FileOpening.CreateNew => (FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a way to open a file."),
        };
        return new OsFile(path, mode != FileOpening.Read, Refused(path, () => File.OpenHandle(path, fileMode, access, share, FileOptions.None)));
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => Refused(directory, () =>
    {
        List<string> names = [];
        foreach (string path in Directory.EnumerateFileSystemEntries(directory))
        {
            names.Add(Path.GetFileName(path));
        }

        names.Sort(string.CompareOrdinal);
        return names;
    });

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        string? parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null && !Directory.Exists(parent))
        {
            throw new DirectoryNotFoundException($"The directory '{parent}' is absent, so '{path}' cannot be created in it.");
        }

        Refused(path, () => Directory.CreateDirectory(path));
    }

    /// <inheritdoc/>
    public void Delete(string path) => Refused(path, () =>
    {
        File.Delete(path);
        return 0;
    });

    /// <inheritdoc/>
    public void Rename(string source, string target) => Refused(target, () =>
    {
        File.Move(source, target, overwrite: true);
        return 0;
    });

    /// <inheritdoc/>
    public bool TryLink(string source, string target)
    {
        if (!File.Exists(source))
        {
            throw new FileNotFoundException($"Could not find file '{source}'.", source);
        }

        bool isWindows = OperatingSystem.IsWindows();
        int error = 0;
        if (isWindows ? !WindowsLink(target, source, 0) : UnixLink(source, target) < 0)
        {
            error = Marshal.GetLastPInvokeError();
        }

        if (error == 0 || (isWindows ? IsNoLinkOnWindows(error) : IsNoLinkOnUnix(error)))
        {
            return error == 0;
        }

        IOException failure = new($"link of '{source}' to '{target}' failed: {new Win32Exception(error).Message} (error {error}).", error);
        throw IsDiskFull(error) ? new DiskFullException(target, duringSync: false, failure) : failure;
    }

    // EXDEV, EPERM (no links on this file system, or a protected file), EMLINK, and "not supported", which is 95 on Linux and 45 or 102 elsewhere.
    private static bool IsNoLinkOnUnix(int error) => error is 18 or 1 or 31 or 95 or 45 or 102;

    // ERROR_INVALID_FUNCTION, ERROR_NOT_SAME_DEVICE, ERROR_NOT_SUPPORTED, ERROR_TOO_MANY_LINKS.
    private static bool IsNoLinkOnWindows(int error) => error is 1 or 17 or 50 or 1142;

    /// <inheritdoc/>
    public long AvailableBytes(string directory)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(Path.GetFullPath(directory))! : directory).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue; // a share without a letter, a volume that tells nothing
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals names by itself and offers no call for it
        }

        try
        {
            int descriptor = Retried(() => UnixOpen(path, OpenReadOnly | (OperatingSystem.IsMacOS() ? MacCloseOnExec : LinuxCloseOnExec)), "open", path);
            using SafeFileHandle handle = new(descriptor, ownsHandle: true);
            Retried(() => UnixSync(handle), "fsync", path);
        }
        catch (IOException e) when (IsDiskFull(e.HResult))
        {
            throw new DiskFullException(path, duringSync: true, e);
        }
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        try
        {
            return Refused(path, () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (IsSharingViolation(e))
        {
            return null;
        }
    }

    // Windows: ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION. Unix: EWOULDBLOCK of flock, which is 11 on Linux and 35 on macOS and the BSDs.
    private static bool IsSharingViolation(IOException e) =>
        OperatingSystem.IsWindows() ? (e.HResult & 0xffff) is 32 or 33 : e.HResult == (OperatingSystem.IsLinux() ? 11 : 35);

    /// <summary>Whether an error of the operating system says that there is no room: on the disk, or in a quota.</summary>
    /// <param name="error">The <see cref="Exception.HResult"/>: on Unix the error number, on Windows the error code below its facility.</param>
    internal static bool IsDiskFull(int error) => error switch
    {
        unchecked((int)0x80070027) or unchecked((int)0x80070070) => true, // ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL; of .NET itself on other systems too
        28 => !OperatingSystem.IsWindows(), // ENOSPC
        122 => OperatingSystem.IsLinux(), // EDQUOT
        69 => OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD(), // EDQUOT
        _ => false,
    };

    // The callers of a file system handle IOException; missing rights must reach the same handlers.
    private static T Refused<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
        catch (IOException e) when (IsDiskFull(e.HResult))
        {
            throw new DiskFullException(path, duringSync: false, e);
        }
    }

    private sealed class OsFile(string path, bool isWritable, SafeFileHandle handle) : IFile
    {
        private SafeFileHandle? _direct;
        private volatile bool _refusesDirect;

        public string Path => path;

        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> buffer)
        {
            int total = 0;
            while (total < buffer.Length)
            {
                int read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public int ReadDirect(long offset, Span<byte> buffer)
        {
            int total = 0;
            try
            {
                while (total < buffer.Length && IsDirect(offset + total, buffer[total..]) && Direct() is { } direct)
                {
                    int read = RandomAccess.Read(direct, buffer[total..], offset + total);
                    if (read == 0)
                    {
                        return total;
                    }

                    total += read;
                }
            }
            catch (IOException e) when (e.HResult == InvalidArgument)
            {
                _refusesDirect = true;
            }

            // Behind an odd number of bytes the file ends.
            return total == buffer.Length ? total : total + Read(offset + total, buffer[total..]);
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            try
            {
                RandomAccess.Write(handle, bytes, offset);
            }
            catch (IOException e) when (IsDiskFull(e.HResult))
            {
                throw new DiskFullException(path, duringSync: false, e);
            }
        }

        public void WriteDirect(long offset, ReadOnlySpan<byte> bytes)
        {
            if (!IsDirect(offset, bytes) || Direct() is not { } direct)
            {
                Write(offset, bytes);
                BeginTransfer(offset, bytes.Length);
                return;
            }

            try
            {
                RandomAccess.Write(direct, bytes, offset);
            }
            catch (IOException e) when (IsDiskFull(e.HResult))
            {
                throw new DiskFullException(path, duringSync: false, e);
            }
            catch (IOException e) when (e.HResult == InvalidArgument)
            {
                _refusesDirect = true; // a file system that wants more than it said when the file was opened
                Write(offset, bytes);
            }
        }

        public void SetLength(long length) => Refused(path, () =>
        {
            RandomAccess.SetLength(handle, length);
            return 0;
        });

        public void BeginTransfer(long offset, long length)
        {
            if (!OperatingSystem.IsLinux() || LinuxSyncRange(handle, offset, length, SyncRangeWrite) >= 0)
            {
                return;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error is InputOutputError || IsDiskFull(error))
            {
                IOException failure = new($"sync_file_range of '{path}' failed: {new Win32Exception(error).Message} (error {error}).", error);
                throw error == InputOutputError ? failure : new DiskFullException(path, duringSync: true, failure);
            }
        }

        public void Sync()
        {
            try
            {
                if (OperatingSystem.IsLinux())
                {
                    Retried(() => LinuxDataSync(handle), "fdatasync", path);
                }
                else
                {
                    RandomAccess.FlushToDisk(handle); // FlushFileBuffers on Windows, F_FULLFSYNC on macOS
                }
            }
            catch (IOException e) when (IsDiskFull(e.HResult))
            {
                throw new DiskFullException(path, duringSync: true, e);
            }
        }

        public void Dispose()
        {
            handle.Dispose();
            Volatile.Read(ref _direct)?.Dispose();
        }

        private bool IsDirect(long offset, ReadOnlySpan<byte> bytes) =>
            OperatingSystem.IsLinux() && DirectFlag != 0 && !_refusesDirect && !bytes.IsEmpty
            && ((offset | (long)bytes.Length | AlignedMemory.AddressOf(bytes)) & (IFile.DirectBytes - 1)) == 0;

        /// <summary>A second descriptor of the file, past the system's cache.</summary>
        /// <returns>Null where the file system has no such thing.</returns>
        private SafeFileHandle? Direct()
        {
            if (Volatile.Read(ref _direct) is { } open)
            {
                return open;
            }

            if (_refusesDirect)
            {
                return null;
            }

            // By the descriptor: the name may be another file's by now.
            int descriptor = UnixOpen(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{handle.DangerousGetHandle()}"), (isWritable ? OpenReadWrite : OpenReadOnly) | DirectFlag | LinuxCloseOnExec);
            if (descriptor < 0)
            {
                _refusesDirect = true;
                return null;
            }

            SafeFileHandle opened = new(descriptor, ownsHandle: true);
            SafeFileHandle? first = Interlocked.CompareExchange(ref _direct, opened, null);
            if (first is not null)
            {
                opened.Dispose(); // another thread's
            }

            return first ?? opened;
        }
    }

    private const int OpenReadOnly = 0;
    private const int OpenReadWrite = 2;
    private const int LinuxCloseOnExec = 0x80000;
    private const int MacCloseOnExec = 0x1000000;
    private const int Interrupted = 4;
    private const int InputOutputError = 5;
    private const int InvalidArgument = 22;
    private const uint SyncRangeWrite = 2; // SYNC_FILE_RANGE_WRITE: begins, and waits for nothing

    // O_DIRECT differs between processors; 0 where it is not known.
    private static int DirectFlag { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 or Architecture.X86 => 0x4000,
        Architecture.Arm64 or Architecture.Arm => 0x10000,
        _ => 0,
    };

    private static int Retried(Func<int> call, string name, string path)
    {
        while (true)
        {
            int result = call();
            if (result >= 0)
            {
                return result;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != Interrupted)
            {
                throw new IOException($"{name} of '{path}' failed: {new Win32Exception(error).Message} (error {error}).", error);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixLink(string existing, string added);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WindowsLink(string added, string existing, nint security);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int UnixSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int LinuxDataSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int LinuxSyncRange(SafeFileHandle handle, long offset, long length, uint flags);
}
