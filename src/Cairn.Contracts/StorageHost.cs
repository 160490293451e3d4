using System.Buffers;

namespace Cairn.Contracts;

/// <summary>
/// Storage for one execution by a virtual machine that speaks the host protocol, or asks for other states than the current one. What is final and what is the newest block is decided once, when it is first asked for. For one
/// thread at a time; disposing it lets go of those states, not of the session.
/// </summary>
public sealed class StorageHost : IDisposable
{
    private readonly StateStore _store;
    private readonly StorageSession _session;
    private readonly SlotStorage _storage;
    private (StateView View, StorageSession Session)? _finalized;
    private (StateView View, StorageSession Session)? _decided;

    /// <summary>Makes a host for an execution.</summary>
    /// <param name="store">The store whose final and newest states are read.</param>
    /// <param name="session">The session that the execution reads and writes.</param>
    /// <param name="contract">The contract that is executed: the one that is written.</param>
    /// <param name="access">What the execution may do.</param>
    public StorageHost(StateStore store, StorageSession session, Address contract, StorageAccess access = StorageAccess.ReadWrite)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(session);
        _store = store;
        _session = session;
        _storage = session.Open(contract, access);
    }

    /// <summary>Reads bytes of a slot.</summary>
    /// <param name="mode">Of which state.</param>
    /// <param name="contract">Of which contract.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">The offset of the first byte.</param>
    /// <param name="destination">Takes the bytes; untouched when they cannot be read.</param>
    /// <returns><see cref="HostError.None"/>, or why not.</returns>
    public HostError Read(ReadMode mode, Address contract, SlotId slot, uint offset, Span<byte> destination)
    {
        if (_storage.Access == StorageAccess.None)
        {
            return HostError.Forbidden;
        }

        if (mode == ReadMode.LatestFinalized && _finalized is null && _store.FinalizedHeight is null)
        {
            return HostError.Absent;
        }

        try
        {
            SessionOf(mode).Open(contract, StorageAccess.ReadOnly).Read(slot, offset, destination);
            return HostError.None;
        }
        catch (HeightNotRetainedException)
        {
            return HostError.Absent;
        }
        catch (SlotOverflowException)
        {
            return HostError.Forbidden;
        }
    }

    /// <summary>Writes bytes of a slot of the contract that is executed.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="offset">The offset of the first byte.</param>
    /// <param name="source">The bytes.</param>
    /// <returns><see cref="HostError.None"/>, or why nothing was written.</returns>
    public HostError Write(SlotId slot, uint offset, ReadOnlySpan<byte> source)
    {
        try
        {
            _storage.Write(slot, offset, source);
            return HostError.None;
        }
        catch (Exception refused) when (refused is SlotForbiddenException or SlotOverflowException)
        {
            return HostError.Forbidden;
        }
        catch (PageLimitException)
        {
            return HostError.OutOfStorage;
        }
    }

    /// <summary>Answers the requests that have arrived.</summary>
    /// <param name="input">The bytes that have arrived, beginning with a request.</param>
    /// <param name="output">Takes the replies.</param>
    /// <returns>How many bytes the requests take that were answered; what follows is not a whole one yet.</returns>
    /// <exception cref="HostProtocolException">The bytes are no request. Those before were answered.</exception>
    public int Serve(ReadOnlySpan<byte> input, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        int served = 0;
        while (HostProtocol.TryReadRequest(input[served..], out HostRequest request, out int consumed))
        {
            Answer(request, output);
            served += consumed;
        }

        return served;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _finalized?.View.Dispose();
        _decided?.View.Dispose();
    }

    private void Answer(in HostRequest request, IBufferWriter<byte> output)
    {
        if (request.Method == HostMethod.StorageWrite)
        {
            output.Write([(byte)Write(request.Slot, request.Offset, request.Data)]);
            return;
        }

        Span<byte> reply = output.GetSpan(1 + request.Length)[..(1 + request.Length)];
        HostError error = Read(request.Mode, request.Contract, request.Slot, request.Offset, reply[1..]);
        reply[0] = (byte)error;
        output.Advance(error == HostError.None ? reply.Length : 1);
    }

    private StorageSession SessionOf(ReadMode mode) => mode switch
    {
        ReadMode.Current => _session,
        ReadMode.LatestFinalized => (_finalized ??= Show(_store.ViewAt(_store.FinalizedHeight!.Value))).Session,
        ReadMode.LatestDecided => (_decided ??= Show(_store.OpenView())).Session,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such read mode."),
    };

    private (StateView View, StorageSession Session) Show(StateView view) => (view, new StorageSession(view, _session.Profile));
}
