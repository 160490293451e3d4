using Cairn.Contracts;

namespace Cairn.Tests.Contracts;

/// <summary>Steps on typed storage at the beginning of the root slot, and the bytes that come out.</summary>
/// <param name="Name">What the layout calls it.</param>
/// <param name="Write">The steps.</param>
/// <param name="Check">Reads back, typed.</param>
internal sealed record LayoutVector(string Name, Action<StoragePlace> Write, Action<StoragePlace> Check)
{
    /// <summary>The hash over everything that is stored; null where only slots are given.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Slots and what they hold, all there are where no fingerprint is given.</summary>
    public IReadOnlyList<(SlotId Slot, string Content)> Slots { get; init; } = [];

    public StorageProfile Profile { get; init; } = StorageProfile.L1;
}
