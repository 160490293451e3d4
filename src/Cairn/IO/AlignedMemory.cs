namespace Cairn.IO;

/// <summary>Where bytes lie in memory, for writes that want multiples of <see cref="IFile.DirectBytes"/> there. Arrays may move: what is told is a hint, and a write looks again.</summary>
internal static class AlignedMemory
{
    /// <summary>The address of the first byte now.</summary>
    public static unsafe long AddressOf(ReadOnlySpan<byte> bytes)
    {
        // SAFETY: the address is only a number; nothing is read or written through it.
        fixed (byte* first = bytes)
        {
            return (long)first;
        }
    }

    /// <summary>The first index of an array from which on bytes lie in memory as they do in a file from an offset on.</summary>
    /// <param name="array">The array: a large one, as these stay where they are.</param>
    /// <param name="offset">The offset in the file.</param>
    /// <returns>An index below <see cref="IFile.DirectBytes"/>.</returns>
    public static int Start(byte[] array, long offset) => (int)((offset - AddressOf(array)) & (IFile.DirectBytes - 1));

    /// <summary>The least multiple of <see cref="IFile.DirectBytes"/> that is not below a number.</summary>
    public static long Up(long number) => (number + IFile.DirectBytes - 1) & -(long)IFile.DirectBytes;

    /// <summary>The greatest multiple of <see cref="IFile.DirectBytes"/> that is not above a number.</summary>
    public static long Down(long number) => number & -(long)IFile.DirectBytes;
}
