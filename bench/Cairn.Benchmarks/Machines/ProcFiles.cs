using System.Globalization;

namespace Cairn.Benchmarks.Machines;

/// <summary>Reads Linux's process file system. Elsewhere everything is zero or unknown.</summary>
internal static class ProcFiles
{
    private const double TicksPerSecond = 100; // USER_HZ of every Linux that .NET supports

    /// <summary>The processor time of this process and of the children it has waited for, in seconds.</summary>
    public static double OwnProcessorSeconds()
    {
        string text = Text("/proc/self/stat");
        string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 15 ? 0 : fields[11..15].Sum(Number) / TicksPerSecond; // utime, stime, cutime, cstime
    }

    /// <summary>The processor time of the whole machine in seconds: used by anybody, and taken away by the hypervisor.</summary>
    public static (double Busy, double Stolen) MachineProcessorSeconds()
    {
        string[] fields = Text("/proc/stat").Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 9)
        {
            return default;
        }

        // cpu user nice system idle iowait irq softirq steal
        double busy = Number(fields[1]) + Number(fields[2]) + Number(fields[3]) + Number(fields[6]) + Number(fields[7]);
        return (busy / TicksPerSecond, Number(fields[8]) / TicksPerSecond);
    }

    /// <summary>A number of a file of lines "name: number unit"; 0 when it is absent.</summary>
    public static long Field(string path, string name)
    {
        foreach (string line in Text(path).Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.AsSpan(name.Length).StartsWith(":"))
            {
                return (long)Number(line[(name.Length + 1)..].Trim().Split(' ')[0]);
            }
        }

        return 0;
    }

    /// <summary>The text behind the first colon of the first line that begins with a name; "unknown" when it is absent.</summary>
    public static string Words(string path, string name) =>
        Text(path).Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[^1].Trim() ?? "unknown";

    /// <summary>The whole text of a file; empty when it cannot be read.</summary>
    public static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return string.Empty;
        }
        catch (UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    /// <summary>Makes the peak of the resident memory begin anew.</summary>
    public static void ResetPeakMemory()
    {
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
    }

    private static double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : 0;
}
