using Cairn.Homes;
using Cairn.Manifests;

namespace Cairn.Repairing;

/// <summary>One way to save what is left of a store.</summary>
/// <param name="Manifest">What is to be opened: a manifest whose pages are sound, fitted to the log that is whole; or one without pages, to apply the log from its first record on.</param>
/// <param name="End">The place in the log of the store to which it leads.</param>
/// <param name="CheckpointHeight">The height of the pages; null without.</param>
internal sealed record SalvagePlan(StoreManifest Manifest, LogPosition End, BlockHeight? CheckpointHeight);
