namespace Cairn.Tests.Cli;

/// <summary>A store in a temporary directory, filled through the command line.</summary>
internal sealed class TestStore : IDisposable
{
    /// <summary>Three blocks with text, bytes, a deletion, a local record, a time and a payload.</summary>
    public const string Blocks =
        """
        {"height":3,"time":"2017-06-23T21:05:06.5Z","changes":[{"key":"a/1","value":"one"},{"key":"a/2","value":"two"},{"key":"b","value":""},{"keyHex":"00ff","valueHex":"0a00"}]}
        {"height":5,"changes":[{"key":"a/2","value":null},{"key":"a/3","value":"drei\nZeilen\n"},{"key":"note","value":"hier","tree":"local"}],"payloadHex":"01"}
        {"height":9,"time":"2017-06-24T00:00:00+02:00","changes":[{"key":"a/1","value":"one"},{"key":"hex:61","value":"ä\t"},{"key":"z","value":"last"}]}

        """;

    private readonly TemporaryDirectory _directory = new();

    private TestStore(string home) => Path = _directory.PathOf($"a {home} store");

    /// <summary>The homes a command has to work on.</summary>
    public static Xunit.TheoryData<string> Homes => ["directory", "jsonl"];

    /// <summary>The path of the store, with blanks in it.</summary>
    public string Path { get; }

    /// <summary>Makes a store with <see cref="Blocks"/>.</summary>
    public static async Task<TestStore> CreateAsync(string home, string blocks = Blocks)
    {
        TestStore store = new(home);
        (await CliRun.RunAsync(["apply", "--store", store.Path, "--home", home, "-"], blocks)).Fine();
        return store;
    }

    /// <summary>A name for a store that does not exist yet.</summary>
    public static TestStore Planned(string home) => new(home);

    /// <summary>The path of a file beside the store.</summary>
    public string File(string name) => _directory.PathOf(name);

    /// <summary>Writes a file beside the store.</summary>
    public string Write(string name, string text)
    {
        string path = _directory.PathOf(name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _directory.Dispose();
}
