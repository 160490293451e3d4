using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Cairn.Contracts.Values;
using Cairn.Proofs;

namespace Cairn.Contracts.Namespaces;

/// <content>Proofs, and the values of a key at older heights.</content>
public sealed partial class NamespaceStore
{
    /// <summary>
    /// Proves the value of a key, or that it has none, to anybody who has the state root. A proof of absence shows the entries beside the place of the key: the principal has to be allowed to read these too, and records of this layer
    /// are shown to global admins alone.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="spec">By value or by value hash.</param>
    /// <param name="cancellationToken">Ends it before the proof is built.</param>
    /// <exception cref="AccessDeniedException">The principal may not read what the proof shows.</exception>
    /// <exception cref="InvalidOperationException">The store is over a draft, which has no proofs.</exception>
    /// <exception cref="NotProvableException">ICS-23 has no proof for it.</exception>
    public CommitmentProof Prove(StatePath key, ProofSpec spec, CancellationToken cancellationToken = default)
    {
        RequireReading(key);
        StateView view = OfView();
        if (!view.State.Contains(key.Utf8))
        {
            RequireNeighbor(key.Utf8, reverse: true);
            RequireNeighbor(key.Utf8, reverse: false);
        }

        return view.Prove(key.Utf8, spec, cancellationToken);
    }

    /// <summary>The values a key had, block by block, as far as the store of the engine retains them: those up to the height of the view, from the oldest change on.</summary>
    /// <param name="store">The store that the view is of.</param>
    /// <param name="key">The key.</param>
    /// <param name="from">The first height; null, the default, for the oldest that is retained.</param>
    /// <param name="to">The last height; null, the default, for that of the view.</param>
    /// <returns>The changes, read as they are asked for.</returns>
    /// <exception cref="AccessDeniedException">The principal may not read there at the height of the view.</exception>
    /// <exception cref="InvalidOperationException">The store is over a draft.</exception>
    /// <exception cref="HeightNotRetainedException">A height is not retained.</exception>
    /// <exception cref="ContractRecordException">A value is damaged; thrown by the step that meets it.</exception>
    public IEnumerable<ValueChange> History(StateStore store, StatePath key, BlockHeight? from = null, BlockHeight? to = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        RequireReading(key);
        BlockHeight? last = OfView().Height;
        if (last is not { } newest)
        {
            return [];
        }

        BlockHeight end = to is { } asked && asked < newest ? asked : newest;
        return store.VersionsOf(TreeKind.State, key.Utf8, from, end).Select(change => new ValueChange(change.Height, Decode(change.Old, key), Decode(change.New, key)));
    }

    private static StateValue? Decode(byte[]? bytes, StatePath key) => bytes is null ? null : NamespaceSession.DecodeValue(bytes, key.Utf8);

    private StateView OfView() => _session.View ?? throw new InvalidOperationException("The store is over a draft, which has neither proofs nor a history. Make one over a view.");

    private void RequireNeighbor(ReadOnlySpan<byte> key, bool reverse)
    {
        using EntryScan scan = reverse ? _session.State.Range(default, key, limit: 1, reverse: true) : _session.State.Range(key, default, limit: 1);
        if (scan.MoveNext())
        {
            bool isPath = scan.Key[0] >= PathRules.FirstPathByte;
            NamespaceState at = isPath ? _session.Resolve(scan.Key) : _session.Root;
            _session.Require(at, this, isPath ? Role.Reader : Role.Admin, AuditAction.Read, key);
        }
    }
}
