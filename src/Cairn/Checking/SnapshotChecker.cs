using Cairn.Homes;
using Cairn.IO;
using Cairn.Snapshots;

namespace Cairn.Checking;

/// <summary>Checks the named snapshots of a store on disk: each as a whole, and that those are there which others build on.</summary>
internal static class SnapshotChecker
{
    /// <summary>Runs the check.</summary>
    public static async Task RunAsync(IFileSystem files, string path, CheckLog found, CancellationToken cancellationToken)
    {
        SnapshotDirectory snapshots = new(files, path);
        List<(string Name, SnapshotInfo Info)> sound = [];
        foreach (string name in snapshots.List())
        {
            try
            {
                using Stream stream = snapshots.OpenRead(name);
                sound.Add((name, await SnapshotVerifier.VerifyAsync(stream, snapshots.PathOf(name), cancellationToken).ConfigureAwait(false)));
            }
            catch (SnapshotDamagedException damage)
            {
                found.Add(new CheckFault(damage.Snapshot, damage.Offset, damage.What, damage.Expected, damage.Found));
            }
            catch (SnapshotChainException cycle)
            {
                found.Add(new CheckFault(cycle.Snapshot, -1, "base of the snapshot", "a state before its own", $"height {cycle.BaseHeight}"));
            }

            found.Progress("snapshots", sound.Count);
        }

        foreach ((string name, SnapshotInfo info) in sound.Where(snapshot => snapshot.Info.IsIncremental && !sound.Exists(other => other.Info.Height == snapshot.Info.BaseHeight && other.Info.Root == snapshot.Info.BaseRoot)))
        {
            found.Add(new CheckFault(snapshots.PathOf(name), -1, "base of the snapshot", $"a sound snapshot of height {info.BaseHeight} with root {info.BaseRoot}", "none"));
        }
    }
}
