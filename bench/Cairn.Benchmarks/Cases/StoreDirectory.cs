namespace Cairn.Benchmarks.Cases;

/// <summary>A directory for the stores of this program, made where the options say and removed with what is in it.</summary>
internal sealed class StoreDirectory : IDisposable
{
    /// <summary>Makes it.</summary>
    public StoreDirectory(BenchmarkOptions options)
    {
        string parent = System.IO.Path.GetFullPath(options.Directory ?? System.IO.Path.GetTempPath());
        Path = System.IO.Path.Combine(parent, $"cairn-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The path of a store in it.</summary>
    public string Of(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
