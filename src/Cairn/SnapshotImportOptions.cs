namespace Cairn;

/// <summary>How snapshots are imported.</summary>
public sealed record SnapshotImportOptions
{
    /// <summary>The root that the last snapshot has to have, known from elsewhere: a snapshot proves its content against its own root, and anybody can make one of another state. Default: none, any root.</summary>
    public Hash256? ExpectedRoot { get; init; }

    /// <summary>What messages call the snapshots, in their order. Default: snapshot 1, snapshot 2, and so on.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Called after each part, on the thread that imports. Default: none.</summary>
    public Action<SnapshotProgress>? OnProgress { get; init; }
}
