using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// The file <c>reserve</c> of a store: room on the disk that is given up when a write that must not fail finds none, so that a full disk does not keep a store from storing its last state and from cleaning. Its content means
/// nothing.
/// <list type="bullet">
/// <item>It is real: bytes that no file system makes small, synced.</item>
/// <item>It is made only where twice as much is free, so that it never takes the last room from a commit, and a failure to make it is none: it is tried again after the next checkpoint.</item>
/// <item>Safe for any thread: the file is made and deleted under the lock.</item>
/// </list>
/// </summary>
internal sealed class DiskReserve(IFileSystem fileSystem, string store, long bytes)
{
    /// <summary>The name of the file within a store.</summary>
    public const string FileName = "reserve";

    /// <summary>How much has to be free for each byte of it.</summary>
    private const int FreeFactor = 2;
    private const int ChunkBytes = 64 << 10;

    private readonly Lock _lock = new();
    private readonly string _path = Path.Combine(store, FileName);
    private long _heldBytes;

    /// <summary>The room that is held.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>Finds what an earlier process left, before anything is written.</summary>
    public void Find()
    {
        try
        {
            if (fileSystem.FileExists(_path))
            {
                using IFile file = fileSystem.Open(_path, FileOpening.Read);
                Volatile.Write(ref _heldBytes, file.Length);
            }
        }
        catch (IOException)
        {
            // A reserve that cannot be looked at is none.
        }
    }

    /// <summary>Makes the file as long as the options ask, if there is room enough.</summary>
    public void Restore()
    {
        lock (_lock)
        {
            if (_heldBytes == bytes || (_heldBytes < bytes && fileSystem.AvailableBytes(store) / FreeFactor < bytes - _heldBytes))
            {
                return;
            }

            try
            {
                if (_heldBytes > bytes)
                {
                    Delete();
                }

                if (_heldBytes < bytes)
                {
                    Fill();
                }
            }
            catch (IOException)
            {
                // Without the reserve the store is as good as one that was opened without it. Half of one would only take room from the commits.
                Release();
            }
        }
    }

    /// <summary>Gives the room up.</summary>
    /// <returns>Whether there was any: then a write that found none may be tried again.</returns>
    public bool Release()
    {
        lock (_lock)
        {
            bool held = _heldBytes > 0;
            try
            {
                Delete();
                return held;
            }
            catch (IOException)
            {
                return false; // the write that wanted the room tells of the disk
            }
        }
    }

    private void Delete()
    {
        if (fileSystem.FileExists(_path))
        {
            fileSystem.Delete(_path);

            // Some file systems give room back only when the deletion is durable.
            fileSystem.SyncDirectory(store);
        }

        Volatile.Write(ref _heldBytes, 0);
    }

    private void Fill()
    {
        using IFile file = fileSystem.Open(_path, fileSystem.FileExists(_path) ? FileOpening.Write : FileOpening.CreateNew);
        byte[] chunk = new byte[Math.Min(ChunkBytes, bytes)];
        Random random = new((int)bytes); // what does not compress; which bytes does not matter
        for (long at = 0; at < bytes; at += chunk.Length)
        {
            random.NextBytes(chunk);
            file.Write(at, chunk.AsSpan(0, (int)Math.Min(chunk.Length, bytes - at)));
        }

        file.Sync();
        Volatile.Write(ref _heldBytes, bytes);
    }
}
