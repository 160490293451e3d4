using System.Buffers;
using System.Buffers.Binary;
using Cairn.Format;
using Cairn.Homes;

namespace Cairn.Pages;

/// <content>
/// Giving space back. A sealed file without live bytes is left out of the next manifest, n: it is <em>released</em>. It stays until manifest n + 1 is durable, because n - 1, which lists it, is the fallback of n; and
/// until no view reads it: the engine tells which versions there are, and <see cref="SetVersions"/> which of them a file may be needed by. Walking a file from extent to extent is what cleaning starts from. Called by the one thread that writes pages.
/// </content>
internal sealed partial class PageFiles
{
    /// <summary>The reads of a walk: large enough that their number does not matter.</summary>
    private const int WindowBytes = 512 << 10;

    /// <summary>No file is sealed below this size, so that the number of files and of their syncs stays small.</summary>
    private const int MinSealBytes = 64 << 10;

    /// <summary>A file is sealed at this part of the live bytes: so a small store is cleaned at a fine grain too, and no store has many more files than this by itself.</summary>
    private const int SealShare = 8;

    private ulong _firstVersion;
    private ulong _version;
    private long _sealBytes; // of files begun or filled from now on
    private long _releasedBytes;

    /// <summary>The bytes of released files that are still there: no manifest needs them, but the fallback or a view may.</summary>
    public long ReleasedBytes => Interlocked.Read(ref _releasedBytes);

    /// <summary>The part of them that the newest manifest released: another manifest is all that is missing, if no version needs them.</summary>
    public long ReleasedLastBytes => _files.Values.Sum(file => file.ReleasedBy == _manifest.Content.Generation ? file.End : 0);

    /// <summary>The newest generation that released a file; 0 when none did.</summary>
    public ulong NewestRelease { get; private set; }

    /// <summary>The bytes of the files that the newest manifest lists and that are appended to no more, each with its live ones.</summary>
    public IEnumerable<PageFileSpace> SealedFiles =>
        _files.Values.Where(static file => file.IsSealed && file.ReleasedBy == 0).Select(static file => new PageFileSpace(file.Number, file.End, file.LiveBytes));

    /// <summary>The highest number a file has had.</summary>
    public uint HighestFile => _highestFile;

    /// <summary>Ends the file being appended to, so that it can be cleaned as well.</summary>
    /// <exception cref="IOException">Syncing failed; nothing is written any more.</exception>
    public void SealCurrent()
    {
        ThrowIfFailed();
        if (_writer is not { } writer)
        {
            return;
        }

        try
        {
            Seal(writer);
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw;
        }

        Volatile.Write(ref _writer, null);
        writer.Dispose();
    }

    /// <summary>Walks a sealed file and gives every page and blob in it, live or not, once its checksum was found right.</summary>
    /// <param name="number">The file.</param>
    /// <param name="visit">Takes each; returns false to end the walk.</param>
    /// <returns>Whether the walk came to the end.</returns>
    /// <exception cref="StateCorruptedException">The bytes are not what was written.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    public bool Scan(uint number, ExtentVisitor visit)
    {
        PageFile page = _files[number];
        byte[] window = ArrayPool<byte>.Shared.Rent(WindowBytes);
        byte[] large = [];
        try
        {
            long start = 0;
            int filled = 0;
            for (long offset = PageFileHeaderLayout.SizeBytes; offset < page.End;)
            {
                if (offset + BlobHeaderLayout.SizeBytes > start + filled)
                {
                    (start, filled) = (offset, ReadWindow(page, offset, window));
                }

                int bytes = ExtentBytes(page, offset, window.AsSpan((int)(offset - start), filled - (int)(offset - start)));
                Span<byte> extent;
                if (offset + bytes <= start + filled)
                {
                    extent = window.AsSpan((int)(offset - start), bytes);
                }
                else
                {
                    large = large.Length < bytes ? new byte[bytes] : large;
                    extent = large.AsSpan(0, bytes);
                    ReadExtent(new PageAddress(number, offset).ToId(), extent);
                }

                CheckCrc(page, offset, extent);
                CheckPadding(page, offset + bytes);
                if (!visit(new StoredExtent(new PageAddress(number, offset).ToId(), bytes), extent))
                {
                    return false;
                }

                offset += PageAddress.Aligned(bytes);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
        }
    }

    /// <summary>Says whose pages are written from now on.</summary>
    /// <param name="first">No version before this one will need what is written.</param>
    /// <param name="version">The version of the manifest that will be written: it and later ones will not need what that releases.</param>
    public void SetVersions(ulong first, ulong version)
    {
        _firstVersion = first;
        _version = version;
    }

    /// <summary>Whether a file that this generation released could be deleted if it were not the newest one.</summary>
    public bool WouldRemove(ulong generation, Func<ulong, ulong, bool> isNeeded) =>
        _files.Values.Any(file => file.ReleasedBy == generation && !isNeeded(file.FirstVersion, file.EndVersion));

    /// <summary>Deletes the released files that nobody needs. A file that cannot be deleted is left for the next call.</summary>
    /// <param name="throughGeneration">Nobody is reading any more who was when this generation, or one before it, released a file.</param>
    /// <param name="isNeeded">Whether there is a version from the first one to before the second one.</param>
    public PageFilesRemoval Remove(ulong throughGeneration, Func<ulong, ulong, bool> isNeeded)
    {
        int removed = 0;
        long bytes = 0;
        IOException? failure = null;
        ulong last = Math.Min(throughGeneration, _manifest.Content.Generation - 1);
        foreach (PageFile file in _files.Values.Where(file => file.ReleasedBy != 0 && file.ReleasedBy <= last && !isNeeded(file.FirstVersion, file.EndVersion)).OrderBy(static file => file.Number))
        {
            try
            {
                _handles.Close(file.Number);
                _fileSystem.Delete(file.Path);
            }
            catch (IOException refused)
            {
                // Nothing depends on its being gone: not even the store's next opening, which looks for such leftovers.
                failure ??= refused;
                continue;
            }

            _files.TryRemove(file.Number, out _);
            Interlocked.Add(ref _releasedBytes, -file.End);
            removed++;
            bytes += file.End;
        }

        return new PageFilesRemoval(removed, bytes, failure);
    }

    private void Release(PageFile file, ulong generation)
    {
        file.ReleasedBy = NewestRelease = generation;
        file.EndVersion = _version;
        Interlocked.Add(ref _releasedBytes, file.End);
    }

    /// <summary>Whether the next manifest leaves a file out. The file being appended to is always listed.</summary>
    private static bool IsDead(PageFile file, long liveBytes) => file.IsSealed && liveBytes == 0;

    private void ChooseSealBytes() => _sealBytes = Math.Clamp(LiveBytes / SealShare, Math.Min(MinSealBytes, _pageFileBytes), _pageFileBytes);

    private int ReadWindow(PageFile page, long offset, byte[] window)
    {
        int bytes = (int)Math.Min(WindowBytes, page.End - offset);
        ReadExtent(new PageAddress(page.Number, offset).ToId(), window.AsSpan(0, bytes));
        return bytes;
    }

    private static int ExtentBytes(PageFile page, long offset, ReadOnlySpan<byte> header)
    {
        long room = page.End - offset;
        if (header.Length < BlobHeaderLayout.SizeBytes)
        {
            throw new StateCorruptedException(page.Path, offset, "page or blob", $"at least {BlobHeaderLayout.SizeBytes} bytes", $"the end of the file after {room}");
        }

        bool isDelta = PageDeltaLayout.IsDelta(header);
        int bytes = isDelta ? BinaryPrimitives.ReadUInt16LittleEndian(header[PageDeltaLayout.StoredBytesOffset..]) : BinaryPrimitives.ReadInt32LittleEndian(header[BlobHeaderLayout.StoredBytesOffset..]);
        return bytes >= BlobHeaderLayout.SizeBytes && bytes <= room
            ? bytes
            : throw new StateCorruptedException(page.Path, offset + (isDelta ? PageDeltaLayout.StoredBytesOffset : BlobHeaderLayout.StoredBytesOffset), "length of a page or blob", $"{BlobHeaderLayout.SizeBytes} to {room}", $"{bytes}");
    }

    /// <summary>What lies between two extents is zero: so every byte of a file is checked.</summary>
    private void CheckPadding(PageFile page, long offset)
    {
        int padding = (int)(PageAddress.Aligned(offset) - offset);
        if (padding == 0)
        {
            return;
        }

        Span<byte> last = stackalloc byte[PageAddress.Alignment];
        ReadExtent(new PageAddress(page.Number, PageAddress.Aligned(offset) - PageAddress.Alignment).ToId(), last);
        last = last[^padding..];
        if (last.ContainsAnyExcept((byte)0))
        {
            throw new StateCorruptedException(page.Path, offset, "padding of a page or blob", "zeros", Convert.ToHexStringLower(last));
        }
    }

    private static void CheckCrc(PageFile page, long offset, ReadOnlySpan<byte> extent)
    {
        uint own = BinaryPrimitives.ReadUInt32LittleEndian(extent);
        uint crc = Crc32C.Compute(extent[sizeof(uint)..]);
        if (own != crc)
        {
            throw new StateCorruptedException(page.Path, offset + BlobHeaderLayout.CrcOffset, "checksum of a page or blob", $"{crc:x8}", $"{own:x8}");
        }
    }
}

/// <summary>Takes a page or blob of a file being walked.</summary>
/// <param name="extent">Where it is.</param>
/// <param name="bytes">Its bytes, valid during the call.</param>
/// <returns>Whether to go on.</returns>
internal delegate bool ExtentVisitor(StoredExtent extent, ReadOnlySpan<byte> bytes);

/// <summary>What a page file holds.</summary>
/// <param name="Number">Its number.</param>
/// <param name="StoredBytes">Its bytes.</param>
/// <param name="LiveBytes">Those that the newest manifest refers to.</param>
internal readonly record struct PageFileSpace(uint Number, long StoredBytes, long LiveBytes);

/// <summary>What deleting released files did.</summary>
/// <param name="Files">How many files went.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Failure">Why one could not be deleted; null when all could.</param>
internal readonly record struct PageFilesRemoval(int Files, long Bytes, IOException? Failure);
