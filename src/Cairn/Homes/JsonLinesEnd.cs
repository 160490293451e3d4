using Cairn.IO;

namespace Cairn.Homes;

/// <summary>
/// Where the log ended at the last clean close, kept in a file of its own: bad or missing bytes before it are damage, never an interrupted batch.
/// It stays true while the log grows, so only the next clean close replaces it.
/// </summary>
/// <param name="Offset">The length of the log.</param>
/// <param name="Sequence">The sequence of its last record.</param>
/// <param name="Crc">The checksum of its last line, the end mark.</param>
internal readonly record struct JsonLinesEnd(long Offset, ulong Sequence, uint Crc)
{
    /// <summary>Reads the end of the store in a directory; null when it was never closed cleanly.</summary>
    public static JsonLinesEnd? Read(IFileSystem fileSystem, string directory)
    {
        string path = Path.Combine(directory, JsonLinesFormat.EndFileName);
        if (!fileSystem.FileExists(path))
        {
            return null;
        }

        using IFile file = fileSystem.Open(path, FileOpening.Read);
        JsonLineTokens tokens = new(file, start: 0, file.Length, crc: 0);
        return tokens.HasLine ? new JsonLinesDecoder(tokens).ReadEnd() : throw tokens.Bad("one line with a place", "an empty file");
    }

    /// <summary>Replaces the end of the store in a directory, durably.</summary>
    public void Write(IFileSystem fileSystem, string directory)
    {
        string path = Path.Combine(directory, JsonLinesFormat.EndFileName);
        string fresh = path + JsonLinesFormat.NewSuffix;
        fileSystem.Delete(fresh);
        using (IFile file = fileSystem.Open(fresh, FileOpening.CreateNew))
        {
            JsonLinesCodec.WriteEndPlace(new JsonLineSink(file, offset: 0, crc: 0), this);
            file.Sync();
        }

        fileSystem.Rename(fresh, path);
        fileSystem.SyncDirectory(directory);
    }

    /// <summary>Compares with the place the log has there.</summary>
    public void Check(IFile log, JsonLinesPlace place)
    {
        if (place.Offset != Offset || place.Sequence != Sequence || place.Crc != Crc)
        {
            throw new StateCorruptedException(
                log.Path,
                Offset,
                "the end at the last clean close",
                $"record {Sequence} and checksum {Crc:x8} before this byte",
                $"record {place.Sequence} and checksum {place.Crc:x8} before byte {place.Offset}");
        }
    }
}
