using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Cairn.Benchmarks.Machines;

/// <summary>What the figures depend on.</summary>
/// <param name="Processor">The model.</param>
/// <param name="Cores">How many processors this process may use.</param>
/// <param name="Simd">The widest registers the runtime uses.</param>
/// <param name="MemoryBytes">The memory the process may use.</param>
/// <param name="Kernel">The operating system.</param>
/// <param name="Runtime">The .NET runtime, with its collector.</param>
/// <param name="FileSystem">What the directory of the stores is on.</param>
internal sealed record MachineFacts(string Processor, int Cores, string Simd, long MemoryBytes, string Kernel, string Runtime, string FileSystem)
{
    /// <summary>Gathers the facts.</summary>
    /// <param name="directory">Where the stores are; null for the memory home.</param>
    public static MachineFacts Gather(string? directory) => new(
        ProcFiles.Words("/proc/cpuinfo", "model name"),
        Environment.ProcessorCount,
        Vector512.IsHardwareAccelerated ? "512 bits" : Vector256.IsHardwareAccelerated ? "256 bits" : Vector128.IsHardwareAccelerated ? "128 bits" : "none",
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        $"{RuntimeInformation.OSDescription}, kernel {Environment.OSVersion.Version}, {RuntimeInformation.OSArchitecture}",
        $"{RuntimeInformation.FrameworkDescription}, {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} GC",
        directory is null ? "none (memory home)" : Mount(directory));

    private static string Mount(string directory)
    {
        DriveInfo? drive = DriveInfo.GetDrives()
            .Where(drive => Path.GetFullPath(directory).StartsWith(drive.Name, StringComparison.Ordinal))
            .MaxBy(drive => drive.Name.Length);
        return drive is null ? "unknown" : drive.DriveFormat;
    }
}
