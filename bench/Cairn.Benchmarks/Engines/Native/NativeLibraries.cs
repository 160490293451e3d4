using System.Reflection;
using System.Runtime.InteropServices;

namespace Cairn.Benchmarks.Engines.Native;

/// <summary>Finds the libraries of the peers: the system's, or one that a path names. A library that was loaded stays. Any thread.</summary>
internal static class NativeLibraries
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, (nint Handle, string File)> Loaded = [];

    static NativeLibraries() => NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);

    /// <summary>Loads a library unless it is loaded.</summary>
    /// <param name="name">The name that bindings import from.</param>
    /// <param name="files">The files to try: names that the system searches for, or paths.</param>
    /// <returns>Whether it is loaded now, from one of these files.</returns>
    public static bool TryLoad(string name, params string[] files)
    {
        lock (Gate)
        {
            if (Loaded.TryGetValue(name, out (nint Handle, string File) loaded))
            {
                return files.Contains(loaded.File);
            }

            foreach (string file in files)
            {
                if (NativeLibrary.TryLoad(file, out nint library))
                {
                    Loaded.Add(name, (library, file));
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The text of a C string.</summary>
    public static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? string.Empty;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        lock (Gate)
        {
            return Loaded.GetValueOrDefault(name).Handle; // zero lets the runtime search
        }
    }
}
