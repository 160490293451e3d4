using Cairn.IO;
using Cairn.Manifests;

namespace Cairn.Pages;

/// <summary>
/// The open page files. The header of a file is checked whenever it is opened, so that a file of another store or number is never read. Safe for any thread.
/// </summary>
internal sealed class PageFileHandles(IFileSystem fileSystem, StoreId storeId) : IDisposable
{
    /// <summary>How many files stay open. Far below the 1024 that a process may have by default, and 32 GiB of pages at the default file size.</summary>
    public const int Capacity = 128;

    private readonly OpenFileTable _open = new(Capacity);

    /// <summary>How many files are open and may be used again.</summary>
    public int OpenCount => _open.OpenCount;

    /// <summary>Borrows the handle of a file, opening the file where needed.</summary>
    /// <exception cref="StateCorruptedException">The file is absent or its header wrong.</exception>
    /// <exception cref="IOException">Opening failed.</exception>
    public OpenFileTable.Lease Borrow(PageFile page) => _open.TryBorrow(page.Number, out OpenFileTable.Lease lease) ? lease : Add(page, Open(page));

    /// <summary>Takes over a handle that is open already (the file being written) and borrows it.</summary>
    public OpenFileTable.Lease Add(PageFile page, IFile file) => _open.Add(page.Number, file);

    /// <summary>Closes a file, or leaves that to its last user. It is opened again when it is asked for.</summary>
    public void Close(uint number) => _open.Close(number);

    /// <summary>Closes what nobody uses; the last user closes the rest.</summary>
    public void Dispose() => _open.Dispose();

    private IFile Open(PageFile page)
    {
        IFile file;
        try
        {
            file = fileSystem.Open(page.Path, FileOpening.Read);
        }
        catch (FileNotFoundException absent)
        {
            throw new StateCorruptedException(page.Path, -1, "page file", $"a file of at least {page.End} bytes", "none", absent);
        }

        try
        {
            Span<byte> header = stackalloc byte[PageFileHeaderLayout.SizeBytes];
            PageFileHeader.Check(page.Path, header[..file.Read(0, header)], storeId, page.Number);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
