using Cairn.Homes;

namespace Cairn;

/// <summary>The store is the beginning of an import that did not come to its end. Nobody may use it as it is. Running the same import again goes on where it stopped.</summary>
public sealed class ImportUnfinishedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="location">The store.</param>
    /// <param name="height">The height of the state that is being imported.</param>
    /// <param name="root">Its root.</param>
    /// <param name="entries">How many entries are there durably.</param>
    /// <param name="expectedEntries">How many there will be.</param>
    public ImportUnfinishedException(string location, BlockHeight height, Hash256 root, ulong entries, ulong expectedEntries)
        : base(
            $"The store '{location}' is an unfinished import of the state at height {height} with root {root}: {entries} of {expectedEntries} entries are there. Run the same import again, and it goes on where it stopped; or delete the store.",
            RecoveryAction.FixTheCall)
    {
        Location = location;
        Height = height;
        Root = root;
        Entries = entries;
        ExpectedEntries = expectedEntries;
    }

    /// <summary>The refusal of a store whose manifest says that it is unfinished.</summary>
    internal static ImportUnfinishedException Of(string location, Manifest manifest)
    {
        InstalledState target = manifest.Installed!;
        return new ImportUnfinishedException(
            location, target.Height, target.Root, manifest.State.Totals.Entries + manifest.Local.Totals.Entries, target.StateTotals.Entries + target.LocalTotals.Entries);
    }

    /// <summary>The store.</summary>
    public string Location { get; }

    /// <summary>The height of the state that is being imported.</summary>
    public BlockHeight Height { get; }

    /// <summary>The root of the state that is being imported.</summary>
    public Hash256 Root { get; }

    /// <summary>How many entries are there durably.</summary>
    public ulong Entries { get; }

    /// <summary>How many there will be.</summary>
    public ulong ExpectedEntries { get; }
}
