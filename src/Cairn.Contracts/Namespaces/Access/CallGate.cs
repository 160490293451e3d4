using System.Buffers.Binary;
using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces.Access;

/// <summary>
/// Lets signed calls into blocks, each once. The next nonce of each principal is part of the state: a call that was taken into a block can be replayed neither in this one nor in a later one, and when the block or the transaction around it is taken
/// back, the call did not count. Nodes that get the same calls decide alike.
/// </summary>
public static class CallGate
{
    /// <summary>Takes a call into a block.</summary>
    /// <param name="draft">The block.</param>
    /// <param name="call">The call.</param>
    /// <param name="domain">Where calls are meant to count, such as the name of a network.</param>
    /// <returns>Who called.</returns>
    /// <exception cref="CallRefusedException">The call may not count in this block.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    /// <exception cref="InvalidOperationException">The draft can no longer be changed.</exception>
    public static Principal Accept(BlockDraft draft, SignedCall call, string domain)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(call);
        Principal caller = call.Verify(domain);
        if (draft.Height > call.LastHeight)
        {
            throw new CallRefusedException(CallRefusal.Expired, caller.Id, call.LastHeight.Value, draft.Height.Value);
        }

        NamespaceSession session = NamespaceSession.Of(draft);
        ulong next = ReadNonce(draft.State, caller);
        if (call.Nonce != next || next == ulong.MaxValue)
        {
            throw new CallRefusedException(CallRefusal.WrongNonce, caller.Id, next, call.Nonce);
        }

        session.Atomically(() =>
        {
            Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, next + 1);
            draft.State.Put(NamespaceKeys.Of(NamespaceKeys.Nonces, caller.Utf8, buffer), bytes);
            session.Append(AuditAction.AcceptCall, AuditOutcome.Done, caller.Utf8, default, default, keyVersion: 0, $"nonce {next.ToString(System.Globalization.CultureInfo.InvariantCulture)}, digest {call.Digest}");
        });
        return caller;
    }

    /// <summary>The next nonce of a principal.</summary>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public static ulong NextNonce(StateView view, Principal caller) => ReadNonce((view ?? throw new ArgumentNullException(nameof(view))).State, caller);

    /// <summary>The next nonce of a principal.</summary>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public static ulong NextNonce(BlockDraft draft, Principal caller) => ReadNonce((draft ?? throw new ArgumentNullException(nameof(draft))).State, caller);

    private static ulong ReadNonce(ITreeReader state, Principal caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        Span<byte> buffer = stackalloc byte[NamespaceKeys.MaxBytes];
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        return RecordReading.TryRead(state, "nonce", NamespaceKeys.Of(NamespaceKeys.Nonces, caller.Utf8, buffer), bytes) ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
    }
}
