using System.Diagnostics;
using System.Text;
using Cairn.Tests.Cli;
using Xunit;

namespace Cairn.Tests.Examples;

/// <summary>
/// The tutorial at the beginning of <c>docs/contracts.md</c>, done as it is written: files are made of its blocks of code, its commands are run, and what it shows is what they print.
/// </summary>
public sealed class TutorialTests
{
    private const string Build = "dotnet run -c Release";

    /// <summary>With the compiler inside this process, which takes a moment: <c>dotnet new</c> is left out, and <c>dotnet run</c> runs what the blocks compile to.</summary>
    [Fact]
    public async Task Tutorial_Followed_PrintsWhatItSays()
    {
        using TemporaryDirectory directory = new();
        int shown = await FollowAsync(directory, async (folder, files, commands) =>
        {
            StringBuilder output = new();
            foreach (string command in commands.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                output.Append(await RunAsync(directory, folder, files, command));
            }

            return output.ToString();
        });
        Assert.Equal(4, shown);
    }

    /// <summary>With the shell and the SDK, exactly as a reader does.</summary>
    [Fact]
    public async Task Tutorial_TypedIntoAShell_PrintsWhatItSays()
    {
        Assert.SkipUnless(SeededRandom.IsLong, "Building a project takes long; CAIRN_LONG=1 does it.");
        using TemporaryDirectory directory = new();
        int shown = await FollowAsync(directory, async (folder, files, commands) =>
        {
            // What the SDK says of its own is no output of the program.
            string quiet = commands.Replace("dotnet new console", "dotnet new console >/dev/null", StringComparison.Ordinal);
            return await ShellAsync(Directory.Exists(folder) ? folder : directory.Path, "set -e\n" + quiet);
        });
        Assert.Equal(4, shown);
    }

    [Fact]
    public void Tutorial_Blocks_AreAllOfAKindThatIsTested()
    {
        Assert.All(Tutorial.Blocks, block => Assert.Contains(block.Kind, (string[])["sh", "text", "csharp", "xml"]));
        string[] lines = [.. Tutorial.Blocks.Where(block => block.Kind == "sh").SelectMany(block => block.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(5, lines.Count(line => line.StartsWith(Build, StringComparison.Ordinal)));
        Assert.All(lines.Where(line => !line.StartsWith(Build, StringComparison.Ordinal)), line => Assert.Contains(line, (string[])["mkdir poll", "cd poll", "dotnet new console", "rm -r my-store"]));
    }

    /// <summary>Goes through the blocks.</summary>
    /// <returns>How many outputs were compared.</returns>
    private static async Task<int> FollowAsync(TemporaryDirectory directory, Func<string, Dictionary<string, string>, string, Task<string>> run)
    {
        string folder = directory.PathOf("poll");
        Dictionary<string, string> code = new(StringComparer.Ordinal);
        string output = "";
        int shown = 0;
        foreach (TutorialBlock block in Tutorial.Blocks)
        {
            switch (block.Kind)
            {
                case "sh":
                    output = await run(folder, code, block.Text);
                    break;
                case "text":
                    Assert.Equal(block.Text, output);
                    shown++;
                    break;
                default:
                    await File.WriteAllTextAsync(Path.Combine(folder, block.FileName), block.Text, TestContext.Current.CancellationToken);
                    if (block.Kind == "csharp")
                    {
                        code[block.FileName] = block.Text;
                    }

                    break;
            }
        }

        return shown;
    }

    private static async Task<string> RunAsync(TemporaryDirectory directory, string folder, Dictionary<string, string> files, string command)
    {
        if (command.StartsWith(Build, StringComparison.Ordinal))
        {
            string program = TutorialCompiler.Compile(files, directory.PathOf("bin"));
            string[] arguments = command[Build.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[(command.Length > Build.Length ? 1 : 0)..];
            return await EndAsync(new ProcessStartInfo("dotnet", [program, .. arguments]) { WorkingDirectory = folder });
        }

        return command.StartsWith("dotnet new", StringComparison.Ordinal) || command.StartsWith("cd ", StringComparison.Ordinal)
            ? ""
            : await ShellAsync(command.StartsWith("mkdir", StringComparison.Ordinal) ? directory.Path : folder, command);
    }

    private static Task<string> ShellAsync(string folder, string commands) => EndAsync(new ProcessStartInfo("bash", ["-c", commands])
    {
        WorkingDirectory = folder,
        Environment = { ["CAIRN"] = Repository.Root, ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1" },
    });

    private static async Task<string> EndAsync(ProcessStartInfo start)
    {
        using CliProcess process = CliProcess.StartOther(start);
        (int code, byte[] output, string error) = await process.RunAsync();
        Assert.True(code == 0, $"{Encoding.UTF8.GetString(output)}\n{error}");
        return Encoding.UTF8.GetString(output);
    }
}
