namespace Cairn.Cli.Commands;

/// <summary>The names of stores.</summary>
internal static class StoreLocation
{
    private static readonly string[] Schemes = ["dir", "jsonl", "memory"];

    /// <summary>Whether the store lives in this process only.</summary>
    public static bool IsMemory(string location) => location.StartsWith("memory:", StringComparison.Ordinal);

    /// <summary>The name that makes a new store of a kind.</summary>
    /// <param name="location">A path or a URI.</param>
    /// <param name="home">The kind, as in URIs; null for the default.</param>
    public static string ForCreation(string location, string? home)
    {
        string? scheme = Array.Find(Schemes, scheme => location.StartsWith(scheme + ":", StringComparison.Ordinal));
        if (home is null || string.Equals(scheme, home, StringComparison.Ordinal))
        {
            return location;
        }

        return scheme is null ? $"{home}:{location}" : throw new CliException(ExitCode.Malformed, $"--store says {scheme}:, --home says another kind of store; leave one of them out.");
    }
}
