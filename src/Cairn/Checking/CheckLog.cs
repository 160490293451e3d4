using Cairn.Homes;

namespace Cairn.Checking;

/// <summary>Collects what a check finds. The same fault is noted once, however many ways lead to it. Not safe for several threads.</summary>
internal sealed class CheckLog(Action<CheckProgress>? onProgress)
{
    /// <summary>The most faults that are listed: a store that is all damage says so without filling memory.</summary>
    private const int MaxFaults = 10_000;

    private readonly List<CheckFault> _faults = [];
    private readonly HashSet<CheckFault> _known = [];
    private LogRecovery _torn;

    /// <summary>The sound records.</summary>
    public long Records { get; set; }

    /// <summary>The pages looked at.</summary>
    public long Pages { get; set; }

    /// <summary>The entries looked at.</summary>
    public long Entries { get; set; }

    /// <summary>The height of the head.</summary>
    public BlockHeight? Height { get; set; }

    /// <summary>The root at the head, once known.</summary>
    public Hash256? Root { get; set; }

    /// <summary>Notes a fault.</summary>
    public void Add(CheckFault fault)
    {
        if (_faults.Count < MaxFaults && _known.Add(fault))
        {
            _faults.Add(fault);
        }
    }

    /// <summary>Notes a fault of a file.</summary>
    public void Add(FileFault fault) => Add(new CheckFault(fault.File, fault.Offset, fault.What, fault.Expected, fault.Found));

    /// <summary>Notes the damage an exception tells of.</summary>
    public void Add(StateCorruptedException damage) => Add(new CheckFault(damage.File, damage.Offset, damage.What, damage.Expected, damage.Found));

    /// <summary>Notes an interrupted sync batch.</summary>
    public void Torn(LogRecovery torn) => _torn = torn;

    /// <summary>Tells how far the check is.</summary>
    public void Progress(string part, long items) => onProgress?.Invoke(new CheckProgress(part, items));

    /// <summary>Everything together.</summary>
    public CheckReport ToReport() => new()
    {
        Faults = [.. _faults],
        Height = Height,
        Root = Root,
        Records = Records,
        Pages = Pages,
        Entries = Entries,
        TornBytes = _torn.BytesTruncated,
        TornFile = _torn.TruncatedFile,
    };
}
