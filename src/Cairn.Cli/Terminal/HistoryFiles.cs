namespace Cairn.Cli.Terminal;

/// <summary>The lines that were entered in earlier sessions, in a file of the user's. Not being able to read or write it is no reason to stop.</summary>
internal static class HistoryFiles
{
    private const long MaxBytes = 1 << 20;
    private const string Folder = "cairn";

    /// <summary>Reads the lines of a file.</summary>
    public static InputHistory Load(string name)
    {
        InputHistory history = new();
        try
        {
            FileInfo file = new(PathOf(name));
            foreach (string line in file.Exists && file.Length <= MaxBytes ? File.ReadAllLines(file.FullName) : [])
            {
                history.Add(line);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // a history that cannot be read is an empty one
        }

        return history;
    }

    /// <summary>Writes the lines to a file that only the user may read.</summary>
    public static void Save(string name, InputHistory history)
    {
        try
        {
            string path = PathOf(name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using StreamWriter writer = new(path, options);
            foreach (string line in history.Lines)
            {
                writer.Write(line + "\n");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // the next session begins without these lines
        }
    }

    private static string PathOf(string name) => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), Folder, name);
}
