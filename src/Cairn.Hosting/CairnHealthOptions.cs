namespace Cairn.Hosting;

/// <summary>What the health check of a store asks of it.</summary>
public sealed class CairnHealthOptions
{
    /// <summary>The share of the room for what no checkpoint has yet, from which on the store is degraded: 0.9 means that changed pages or log have reached nine tenths of where commits wait. Above 0, at most 1. Default: 0.9.</summary>
    public double BacklogShare { get; set; } = 0.9;

    /// <summary>Whether the store is there to be written, so that one that was opened for reading only is degraded. Set it to false in a process that only reads. Default: true.</summary>
    public bool ExpectsWrites { get; set; } = true;
}
