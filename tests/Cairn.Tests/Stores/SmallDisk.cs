using System.Diagnostics;

namespace Cairn.Tests.Stores;

/// <summary>A real file system of a few MiB (a tmpfs), mounted for one test and unmounted whatever happens in it.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _directory;

    private SmallDisk(TemporaryDirectory directory) => _directory = directory;

    /// <summary>Where it is mounted.</summary>
    public string Path => _directory.PathOf("disk");

    /// <summary>Mounts one.</summary>
    /// <param name="mebibytes">Its size.</param>
    /// <param name="refusal">Why that is not possible here.</param>
    /// <returns>Null where it is not possible.</returns>
    public static SmallDisk? TryMount(int mebibytes, out string refusal)
    {
        if (!OperatingSystem.IsLinux())
        {
            refusal = "only Linux has tmpfs";
            return null;
        }

        SmallDisk disk = new(new TemporaryDirectory());
        Directory.CreateDirectory(disk.Path);
        if (Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m,mode=700", "cairn-test", disk.Path) is { } failure)
        {
            disk._directory.Dispose();
            refusal = $"mounting is not allowed here: {failure}";
            return null;
        }

        refusal = "";
        return disk;
    }

    public void Dispose()
    {
        // Where something still has a file open, it is detached at once and goes with the last user.
        if (Run("umount", Path) is not null && Run("umount", "-l", Path) is { } failure)
        {
            throw new IOException($"'{Path}' cannot be unmounted: {failure}");
        }

        _directory.Dispose();
    }

    /// <summary>Runs a program.</summary>
    /// <returns>Null when it succeeded, else what it said.</returns>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
            string said = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{said} (exit code {process.ExitCode})";
        }
        catch (System.ComponentModel.Win32Exception absent)
        {
            return absent.Message;
        }
    }
}
