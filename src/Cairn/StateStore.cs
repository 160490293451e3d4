namespace Cairn;

/// <summary>A state store.</summary>
public sealed partial class StateStore
{
    /// <summary>The newest durable height.</summary>
    public BlockHeight? DurableHeight { get; }
}
