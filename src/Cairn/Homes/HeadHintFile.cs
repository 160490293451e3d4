using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Homes;

/// <summary>
/// The file with the head hint. The writer keeps it open and overwrites it; readers open it for each look. One thread at a time uses an instance.
/// </summary>
internal sealed class HeadHintFile(IFileSystem fileSystem, string store, StoreId storeId) : IDisposable
{
    /// <summary>How often a reader looks when the hint is just being rewritten. It goes on with the one before if that never fits.</summary>
    private const int ReadAttempts = 8;

    private readonly string _path = Path.Combine(store, HeadHint.FileName);
    private IFile? _file;
    private LogPosition? _last;

    /// <summary>Writes the hint, unless it says so already. Not synced.</summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public void Write(LogPosition end)
    {
        if (_last == end)
        {
            return;
        }

        Span<byte> bytes = stackalloc byte[HeadHintLayout.SizeBytes];
        new HeadHint(end).Write(bytes, storeId);
        if (_file is null)
        {
            _file = fileSystem.Open(_path, fileSystem.FileExists(_path) ? FileOpening.Write : FileOpening.CreateNew);
            _file.SetLength(HeadHintLayout.SizeBytes);
        }

        _file.Write(0, bytes);
        _last = end;
    }

    /// <summary>The newest sequence that a whole hint has told of; null when none has.</summary>
    /// <exception cref="IOException">Reading failed.</exception>
    public ulong? ReadSequence()
    {
        for (int attempt = 0; attempt < ReadAttempts; attempt++)
        {
            if (TryRead(out bool isAbsent) is { } hint)
            {
                _last = hint.End.Sequence < _last?.Sequence ? _last : hint.End;
                break;
            }

            if (isAbsent)
            {
                break;
            }
        }

        return _last?.Sequence;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private HeadHint? TryRead(out bool isAbsent)
    {
        isAbsent = false;
        try
        {
            using IFile file = fileSystem.Open(_path, FileOpening.Read);
            Span<byte> bytes = stackalloc byte[HeadHintLayout.SizeBytes];
            return HeadHint.TryRead(bytes[..file.Read(0, bytes)], storeId, out HeadHint hint) ? hint : null;
        }
        catch (FileNotFoundException)
        {
            isAbsent = true;
            return null;
        }
    }
}
