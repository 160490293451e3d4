namespace Cairn.Manifests;

/// <summary>What reading both manifest copies gave.</summary>
internal sealed class ManifestReading
{
    private readonly ManifestSlot _odd;
    private readonly ManifestSlot _even;

    /// <summary>Chooses the newest sound copy.</summary>
    public ManifestReading(ManifestSlot odd, ManifestSlot even)
    {
        _odd = odd;
        _even = even;
        if (odd.Manifest is not null && even.Manifest is not null && odd.Manifest.StoreId != even.Manifest.StoreId)
        {
            Damages = [new StateCorruptedException(even.Path, ManifestLayout.StoreIdOffset, "manifest store id", $"{odd.Manifest.StoreId} as in the other copy", $"{even.Manifest.StoreId}")];
            return;
        }

        ulong oddGeneration = odd.Manifest?.Content.Generation ?? 0;
        ulong evenGeneration = even.Manifest?.Content.Generation ?? 0;
        ManifestSlot newest = oddGeneration > evenGeneration ? odd : even;
        Newest = newest.Manifest;
        Older = (ReferenceEquals(newest, odd) ? even : odd).Manifest;
        Damages = [.. Damage(odd, newest), .. Damage(even, newest)];
    }

    /// <summary>The newest sound manifest; null when neither copy is sound, or when they are of different stores.</summary>
    public StoreManifest? Newest { get; }

    /// <summary>The other sound manifest, on which opening would fall back without the newest one; null when there is none.</summary>
    public StoreManifest? Older { get; }

    /// <summary>
    /// What is wrong with the copies; never empty without <see cref="Newest"/>. Where one is sound and the other is not, the unsound one may have been the newer: then <see cref="Newest"/> is a
    /// fallback, and it holds only if the log still has every record behind its place to replay from. A copy that a crash tore
    /// and one that rotted look the same.
    /// </summary>
    public IReadOnlyList<StateCorruptedException> Damages { get; }

    /// <summary>Whether neither file exists.</summary>
    public bool IsAbsent => !_odd.Exists && !_even.Exists;

    private static IEnumerable<StateCorruptedException> Damage(ManifestSlot slot, ManifestSlot newest)
    {
        if (slot.Damage is { } damage)
        {
            // The second copy comes with the second generation.
            return slot.Exists || newest.Manifest?.Content.Generation != 1 ? [damage] : [];
        }

        ulong generation = slot.Manifest!.Content.Generation;
        ulong newestGeneration = newest.Manifest!.Content.Generation;
        return generation == newestGeneration || generation == newestGeneration - 1
            ? []
            : [new StateCorruptedException(slot.Path, ManifestLayout.GenerationOffset, "manifest generation", $"{newestGeneration - 1}", $"{generation}")];
    }
}
