using Cairn.Homes;

namespace Cairn.Tree;

/// <summary>What the log says about the chain beside its blocks, up to some record. Immutable.</summary>
/// <param name="Abandoned">The sequences that rewinds abandoned, ascending; none before the floor has to be there.</param>
/// <param name="FinalizedHeight">The height that is final; null while none is.</param>
internal sealed record ChainMarks(IReadOnlyList<SequenceInterval> Abandoned, BlockHeight? FinalizedHeight)
{
    /// <summary>What a manifest says.</summary>
    public static ChainMarks Of(Manifest manifest) => new(manifest.Abandoned, manifest.FinalizedHeight);

    /// <summary>What holds after a record.</summary>
    public ChainMarks After(LogRecord record) => record.Kind switch
    {
        RecordKind.Rewind => this with { Abandoned = AbandonedList.With(Abandoned, new SequenceInterval(record.AbandonedFrom, record.Sequence - 1)) },
        RecordKind.Finalise => this with { FinalizedHeight = record.Height },
        _ => this,
    };

    /// <summary>The same without what lies before a place.</summary>
    public ChainMarks From(LogPosition floor) => this with { Abandoned = AbandonedList.From(Abandoned, floor) };

    /// <summary>A manifest that says so, without what lies before its floor.</summary>
    public Manifest Mark(Manifest manifest) => manifest with { Abandoned = AbandonedList.From(Abandoned, manifest.LogFloor), FinalizedHeight = FinalizedHeight };
}
