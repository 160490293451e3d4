using System.Runtime.InteropServices;

namespace Cairn.IO;

/// <summary>What the operating system can be told about memory. Only advice: whether it is taken changes speed, nothing else.</summary>
internal static partial class SystemMemory
{
    /// <summary>The size of a huge page on x86-64, and on 64-bit Arm with the usual 4 KiB pages.</summary>
    public const int HugePageBytes = 2 << 20;

    private const int AdviseHugePages = 14; // MADV_HUGEPAGE of <sys/mman.h>

    /// <summary>
    /// Asks for huge pages: random reads over much memory then miss the processor's address cache less often. Where the system has none, or does not want to, nothing happens.
    /// </summary>
    /// <param name="start">A multiple of <see cref="HugePageBytes"/>.</param>
    /// <param name="bytes">How many bytes, likewise.</param>
    public static void PreferHugePages(nint start, nint bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = Advise(start, bytes, AdviseHugePages);
            }
            catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
            {
                // A C library without it: no advice, then.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint start, nint bytes, int advice);
}
