using Cairn.Contracts;

namespace Cairn.Examples.Hosted;

/// <summary>The contract of the example: counts beats, in all and by who sent them.</summary>
[Contract]
internal sealed partial class Heartbeat
{
    /// <summary>All beats.</summary>
    public partial ulong Beats { get; set; }

    /// <summary>The beats by the name of who sent them.</summary>
    public partial StorageMap<string, ulong> BeatsBySender { get; }

    /// <summary>When the newest one came.</summary>
    public partial DateTimeOffset Newest { get; set; }

    /// <summary>Counts a beat.</summary>
    public void Beat(string sender, DateTimeOffset time)
    {
        Beats++;
        BeatsBySender[sender] = BeatsBySender.GetValueOrDefault(sender) + 1;
        Newest = time;
    }
}
