using Cairn.Homes;
using Cairn.IO;

namespace Cairn.Log;

/// <content>What is still possible when a write found no room: unlike after a failed sync, everything written before is known to be as it was.</content>
internal sealed partial class SegmentLog
{
    /// <summary>Whether the disk was full for a record.</summary>
    public bool IsDiskFull => _failure is DiskFullException;

    /// <summary>Before closing: makes durable what was accepted, unless a write failed for another reason than lack of room.</summary>
    /// <returns>Where the durable log ends; null when that is not known.</returns>
    public LogPosition? EndOnFullDisk()
    {
        if (_failure is not (null or DiskFullException { DuringSync: false }))
        {
            return null;
        }

        try
        {
            Sync();
            return DurableEnd;
        }
        catch (IOException failure)
        {
            _failure = failure;
            return null;
        }
    }
}
