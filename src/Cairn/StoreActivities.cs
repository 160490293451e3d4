using System.Diagnostics;

namespace Cairn;

/// <summary>The activities of the engine: source "Cairn", listed in docs/operations.md.</summary>
internal static class StoreActivities
{
    private static readonly ActivitySource Source = new("Cairn");

    /// <summary>Starts an activity; null when nobody listens.</summary>
    /// <param name="name">What is being done.</param>
    /// <param name="location">The store.</param>
    /// <param name="height">The block, where there is one.</param>
    public static Activity? Start(string name, string location, BlockHeight? height = null)
    {
        Activity? activity = Source.StartActivity(name);
        activity?.SetTag("cairn.store", location);
        if (height is { } block)
        {
            activity?.SetTag("cairn.height", block.Value);
        }

        return activity;
    }
}
