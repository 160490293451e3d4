using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// The named snapshots of a store on disk: one file each, in a directory of their own, which comes with the first. A new one is written under another name, synced and renamed, so that a crash leaves a whole snapshot or none.
/// </summary>
internal sealed class SnapshotDirectory(IFileSystem fileSystem, string store) : ISnapshotStore
{
    /// <summary>The directory within the store.</summary>
    public const string DirectoryName = "snapshots";

    /// <summary>What the name of a snapshot's file ends with.</summary>
    public const string Suffix = ".snapshot";

    /// <summary>Added to that of a file that is still being written.</summary>
    public const string NewSuffix = ".new";

    private readonly IFileSystem _fileSystem = fileSystem;
    private readonly string _directory = Path.Combine(store, DirectoryName);

    /// <summary>The file of a snapshot.</summary>
    public string PathOf(string name) => Path.Combine(_directory, name + Suffix);

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => _fileSystem.DirectoryExists(_directory)
        ? [.. _fileSystem.List(_directory).Where(static file => file.EndsWith(Suffix, StringComparison.Ordinal) && file.Length > Suffix.Length).Select(static file => file[..^Suffix.Length]).Order(StringComparer.Ordinal)]
        : [];

    /// <inheritdoc/>
    public Stream OpenRead(string name) => new StoredFileStream(_fileSystem.Open(PathOf(name), FileOpening.Read), isWriting: false);

    /// <inheritdoc/>
    public ISnapshotDraft Create(string name)
    {
        if (!_fileSystem.DirectoryExists(_directory))
        {
            _fileSystem.CreateDirectory(_directory);
            _fileSystem.SyncDirectory(store);
        }

        foreach (string leftover in _fileSystem.List(_directory).Where(static file => file.EndsWith(Suffix + NewSuffix, StringComparison.Ordinal)))
        {
            _fileSystem.Delete(Path.Combine(_directory, leftover));
        }

        return new Draft(this, PathOf(name));
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        _fileSystem.Delete(PathOf(name));
        _fileSystem.SyncDirectory(_directory);
    }

    private sealed class Draft : ISnapshotDraft
    {
        private readonly SnapshotDirectory _owner;
        private readonly string _path;
        private readonly StoredFileStream _content;
        private bool _isCommitted;

        public Draft(SnapshotDirectory owner, string path)
        {
            _owner = owner;
            _path = path;
            _content = new StoredFileStream(owner._fileSystem.Open(path + NewSuffix, FileOpening.CreateNew), isWriting: true);
        }

        public Stream Content => _content;

        public void Commit()
        {
            _content.Sync();
            _content.Dispose();

            // If the crash comes before the directory is synced, the snapshot may be gone: nobody was told of it yet.
            _owner._fileSystem.Rename(_path + NewSuffix, _path);
            _isCommitted = true;
            _owner._fileSystem.SyncDirectory(_owner._directory);
        }

        public void Dispose()
        {
            _content.Dispose();
            if (!_isCommitted)
            {
                try
                {
                    _owner._fileSystem.Delete(_path + NewSuffix);
                }
                catch (IOException)
                {
                    // The next snapshot that is made removes it; what failed before counts.
                }
            }
        }
    }
}
