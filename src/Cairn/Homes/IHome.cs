namespace Cairn.Homes;

/// <summary>An open home: where log and pages of one store live. Owns both.</summary>
public interface IHome : IAsyncDisposable
{
    /// <summary>The location as a URI: <c>dir:…</c>, <c>jsonl:…</c>, <c>memory:…</c>.</summary>
    string Location { get; }

    /// <summary>The kind of home, as in the URI.</summary>
    string Kind { get; }

    /// <summary>Whether writing is impossible.</summary>
    bool IsReadOnly { get; }

    /// <summary>What opening found at the end of the log.</summary>
    LogRecovery LogRecovery { get; }

    /// <summary>
    /// What opening found damaged but could do without, one line each: a manifest copy that could not be read beside a sound one. The next checkpoint mends it. Empty as a rule.
    /// </summary>
    IReadOnlyList<string> Warnings => [];

    /// <summary>The bytes of disk that are held back, to be given up when the disk is full; 0 where there are none.</summary>
    long ReserveBytes => 0;

    /// <summary>The block log.</summary>
    IBlockLog Log { get; }

    /// <summary>The named holds; null where no log is ever retired, so that there is nothing to hold.</summary>
    IHoldStore? Holds { get; }

    /// <summary>The named snapshots; null where the home has no place for them.</summary>
    ISnapshotStore? Snapshots => null;

    /// <summary>The page store; null where pages live in RAM only and are rebuilt from the log.</summary>
    IPageStore? Pages { get; }
}
