namespace Cairn.Contracts.Machines;

/// <summary>The bytes of a state of a machine: see <c>docs/format.md</c>, "Machine state".</summary>
internal static class MachineStateLayout
{
    public const int VersionOffset = 0;
    public const int HeightOffset = 1;
    public const int TimeOffset = 9;
    public const int SizeBytes = 17;

    public const byte Version = 1;
}
