using System.Runtime.InteropServices;

namespace Cairn.IO;

/// <summary>Zstandard of the operating system, where it has it. Safe for any thread.</summary>
/// <remarks>The library checks what it decompresses against the room it is given: hostile bytes give an error, never a write outside of it.</remarks>
internal static partial class Zstandard
{
    private const string Library = "libzstd.so.1";

    /// <summary>The level nearest to Deflate in size at several times its speed.</summary>
    private const int Level = 1;

    private static readonly Lazy<bool> Available = new(Look);

    /// <summary>Whether the system has the library.</summary>
    public static bool IsAvailable => Available.Value;

    /// <summary>Compresses.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="destination">Takes the result, if it fits.</param>
    /// <returns>The length of the result; -1 when it does not fit.</returns>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        nuint length = Compress(destination, (nuint)destination.Length, source, (nuint)source.Length, Level);
        return IsError(length) == 0 ? (int)length : -1;
    }

    /// <summary>Decompresses.</summary>
    /// <param name="source">The compressed bytes: one frame and nothing behind it.</param>
    /// <param name="destination">As long as the result has to be.</param>
    /// <returns>Whether the bytes were sound and the result is exactly as long.</returns>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        nuint length = Decompress(destination, (nuint)destination.Length, source, (nuint)source.Length);
        return IsError(length) == 0 && length == (nuint)destination.Length;
    }

    private static bool Look()
    {
        try
        {
            return VersionNumber() > 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return false;
        }
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_versionNumber")]
    private static partial uint VersionNumber();

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress")]
    private static partial nuint Compress(Span<byte> destination, nuint destinationBytes, ReadOnlySpan<byte> source, nuint sourceBytes, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompress")]
    private static partial nuint Decompress(Span<byte> destination, nuint destinationBytes, ReadOnlySpan<byte> source, nuint sourceBytes);
}
