using System.Buffers;

namespace Cairn;

/// <summary>A snapshot that is kept in the store under a name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StoredBytes">Its size at the home.</param>
/// <param name="Info">What it says of itself: height, root, when it was made, what it builds on; null when its header is damaged.</param>
/// <param name="BaseName">The name of the snapshot it builds on; null for a full one, and where that is missing.</param>
/// <param name="Damage">What is wrong with its header; null when nothing is.</param>
public sealed record NamedSnapshot(string Name, long StoredBytes, SnapshotInfo? Info, string? BaseName, string? Damage)
{
    /// <summary>The longest name.</summary>
    public const int MaxNameLength = 64;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>Names that are devices on Windows, whatever stands behind a dot.</summary>
    private static readonly SearchValues<string> DeviceNames = SearchValues.Create(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(1, 9).Select(static number => $"com{number}"), .. Enumerable.Range(1, 9).Select(static number => $"lpt{number}")], StringComparison.OrdinalIgnoreCase);

    /// <summary>What is wrong with a name, in words; null when nothing is. A name is part of a file's name, on every system.</summary>
    internal static string? FaultOf(string name) =>
        name.Length is 0 or > MaxNameLength ? $"has {name.Length} characters, and 1 to {MaxNameLength} are allowed"
        : name.AsSpan().ContainsAnyExcept(NameCharacters) ? "has other characters than letters, digits, '-', '_' and '.'"
        : name[0] is '.' or '-' || name[^1] is '.' ? "begins with '.' or '-', or ends with '.'"
        : DeviceNames.Contains(name.Split('.')[0]) ? "is the name of a device on Windows"
        : null;
}
