namespace Cairn.Checkpoints;

/// <summary>
/// Cleaning of some files in steps, each of which ends with a manifest: where the next one goes on. What is before that place has nothing in these files any more, whatever blocks and checkpoints do meanwhile, since nothing is written
/// into a sealed file. Used under the pages gate.
/// </summary>
internal sealed class CleaningLap
{
    private readonly HashSet<uint> _files;

    /// <summary>Begins a lap.</summary>
    /// <param name="files">The files that are to go.</param>
    /// <param name="garbageBytes">The garbage that cleaning could win back.</param>
    public CleaningLap(IEnumerable<uint> files, long garbageBytes)
    {
        _files = [.. files];
        GarbageBytes = garbageBytes;
    }

    /// <summary>The garbage at the beginning: a lap that leaves as much was in vain.</summary>
    public long GarbageBytes { get; }

    /// <summary>Where the next step goes on; null at the beginning.</summary>
    public CleaningPlace? Place { get; set; }

    /// <summary>Whether the lap came to the end and left something: it goes through everything once more, in one step, to see what is damaged.</summary>
    public bool IsInDoubt { get; private set; }

    /// <summary>Whether a file is one of those that are to go.</summary>
    public bool Has(uint file) => _files.Contains(file);

    /// <summary>Begins from the first key, in one step.</summary>
    public void Doubt() => (Place, IsInDoubt) = (null, true);
}
