using Cairn.Homes;
using Cairn.Log;

namespace Cairn.Repairing;

/// <summary>Log records that follow each other without a gap, each as it was written.</summary>
/// <param name="Before">The place before the first one.</param>
/// <param name="End">The place behind the last one.</param>
/// <param name="Segment">The segment with the last one.</param>
internal sealed record LogStretch(LogPosition Before, LogPosition End, SegmentName Segment)
{
    /// <summary>Whether a place lies between two records of the stretch, or at one of its ends.</summary>
    public bool Contains(LogPosition place) => Before.Sequence <= place.Sequence && place.Sequence <= End.Sequence;
}
