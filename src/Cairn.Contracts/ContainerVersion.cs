namespace Cairn.Contracts;

/// <summary>How often a map or list was changed: what walks it compares.</summary>
internal sealed class ContainerVersion
{
    public int Changes { get; set; }
}
