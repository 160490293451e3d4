using System.Globalization;
using Cairn.Benchmarks.Cases;
using Cairn.Benchmarks.Engines;

namespace Cairn.Benchmarks;

/// <summary>Where the stores of a program run live.</summary>
internal enum HomeKind
{
    /// <summary>Nothing reaches a disk; reopening cannot be measured.</summary>
    Memory,

    /// <summary>A directory each.</summary>
    Directory,
}

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>The keys of the state.</summary>
    public required int Keys { get; init; }

    /// <summary>The seed of keys, values and draws.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Where the stores live.</summary>
    public required HomeKind Home { get; init; }

    /// <summary>The directory in which a directory of each store is made, and removed in the end; null for the system's temporary one.</summary>
    public string? Directory { get; init; }

    /// <summary>How blocks are committed.</summary>
    public required Durability Durability { get; init; }

    /// <summary>How many blocks of each size are committed; null for a number that suits the size.</summary>
    public int? Blocks { get; init; }

    /// <summary>How often everything is measured.</summary>
    public required int Runs { get; init; }

    /// <summary>The cache of the stores.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Where the figures go besides the screen; null for nowhere.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Whether tables are written as Markdown.</summary>
    public bool Markdown { get; init; }

    /// <summary>The engines to compare.</summary>
    public IReadOnlyList<EngineKind> Engines { get; init; } = Enum.GetValues<EngineKind>();

    /// <summary>What to compare them by.</summary>
    public IReadOnlyList<Phase> Phases { get; init; } = Enum.GetValues<Phase>();

    /// <summary>The library of RocksDB to use; null for the system's.</summary>
    public string? RocksDb { get; init; }

    /// <summary>Whether blocks without syncs are compared, too.</summary>
    public bool NoSync { get; init; }

    /// <summary>How often <see cref="Phase.Overwrite"/> overwrites every key.</summary>
    public required int Rounds { get; init; }

    /// <summary>The options that a process needs that does a part of the work.</summary>
    public string[] ToArguments()
    {
        List<string> arguments =
        [
            "--keys", $"{Keys}", "--seed", $"{Seed}", "--durability", $"{Durability}", "--cache", $"{CacheBytes >> 20}", "--rounds", $"{Rounds}", "--phases", string.Join(',', Phases),
        ];
        arguments.AddRange(Blocks is { } blocks ? ["--blocks", $"{blocks}"] : []);
        arguments.AddRange(RocksDb is { } path ? ["--rocksdb", path] : []);
        arguments.AddRange(NoSync ? ["--no-sync"] : []);
        return [.. arguments];
    }

    /// <summary>The options in words.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Keys:N0} keys, seed {Seed}, {Home.ToString().ToLowerInvariant()} home, {Durability}, cache {CacheBytes >> 20} MiB, {Runs} {(Runs == 1 ? "run" : "runs, medians")}");
}
