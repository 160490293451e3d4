namespace Cairn.Checking;

/// <summary>Something a check found wrong.</summary>
/// <param name="File">The file, or the part of the store.</param>
/// <param name="Offset">The place in it in bytes; −1 where there is none.</param>
/// <param name="What">The thing that was looked at.</param>
/// <param name="Expected">What it should be.</param>
/// <param name="Found">What it is.</param>
public sealed record CheckFault(string File, long Offset, string What, string Expected, string Found)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{File}{(Offset < 0 ? "" : $" at byte {Offset}")}: {What}: expected {Expected}, found {Found}";
}
