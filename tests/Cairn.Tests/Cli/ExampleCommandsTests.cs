using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>The command lines of the README of the example programs, one after the other.</summary>
public sealed class ExampleCommandsTests
{
    private const string Program = "./cairn ";

    [Fact]
    public async Task Readme_CommandLines_RunAsTheyStand()
    {
        using TemporaryDirectory directory = new();
        string readme = await File.ReadAllTextAsync(Repository.PathOf("examples/programs/README.md"), TestContext.Current.CancellationToken);
        string[] lines = [.. readme.Split("```sh\n")[1].Split("```")[0].Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.True(lines.Length > 4);
        List<string> output = [];
        foreach (string line in lines)
        {
            Assert.StartsWith(Program, line, StringComparison.Ordinal);
            string[] words = [.. line[Program.Length..].Split(' ').Select(word => word == "books" ? directory.PathOf(word) : word.StartsWith("examples/", StringComparison.Ordinal) ? Repository.PathOf(word) : word)];
            output.AddRange((await CliRun.RunAsync(words)).Fine().Lines);
        }

        Assert.Contains("visits: 5", output);
        Assert.Contains("versions in all: 5", output);
        Assert.Equal(5, output.Count(static line => line.EndsWith("\tada\t" + line.Split('\t')[0], StringComparison.Ordinal)));
        Assert.Equal(3, output.Count(static line => line.Contains("\tada\twrite\tdone\tcounter\tcounter/visits\t", StringComparison.Ordinal)));
    }
}
