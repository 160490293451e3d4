using System.Diagnostics.CodeAnalysis;

namespace Cairn.Contracts.Execution;

/// <summary>
/// A call while it runs, as the contract sees it: its <c>Context</c>. Everything in it is the same on every node. Valid until the call returns; for the thread that runs it.
/// </summary>
public sealed class ExecutionContext
{
    private readonly CallRunner _runner;

    internal ExecutionContext(CallRunner runner, ExecutionContext? outer, ContractCall call, GasMeter meter, SlotStorage storage)
    {
        _runner = runner;
        Outer = outer;
        Depth = outer?.Depth + 1 ?? 0;
        Meter = meter;
        Storage = storage;
        Contract = call.Contract;
        Method = call.Method;
        Caller = outer?.Contract ?? call.Caller;
        Origin = outer?.Origin ?? call.Caller;
        TransactionHash = outer?.TransactionHash ?? call.TransactionHash;
    }

    /// <summary>The contract that is called.</summary>
    public Address Contract { get; }

    /// <summary>The method that is called.</summary>
    public string Method { get; }

    /// <summary>Who calls: the contract that makes this call, or who sent the outermost one.</summary>
    public Address Caller { get; }

    /// <summary>Who sent the outermost call.</summary>
    public Address Origin { get; }

    /// <summary>The hash of the transaction; the zero hash for none.</summary>
    public Hash256 TransactionHash { get; }

    /// <summary>The height of the block.</summary>
    public BlockHeight Height => _runner.Height;

    /// <summary>The time of the block, in UTC.</summary>
    public DateTimeOffset Time => _runner.Time;

    /// <summary>Whether nothing can be written: a view runs, here or further out.</summary>
    public bool IsReadOnly => Storage.Access != StorageAccess.ReadWrite;

    /// <summary>The gas the call was given.</summary>
    public ulong GasLimit => Meter.Limit;

    /// <summary>The gas that is left. What the call has written is paid for when it returns.</summary>
    public ulong GasLeft => Meter.Left;

    /// <summary>The contract's slots.</summary>
    public SlotStorage Storage { get; }

    /// <summary>What the contract was set up with when it was deployed; null for nothing. Not to be changed.</summary>
    public ReadOnlyMemory<byte>? Parameters { get; internal init; }

    internal ExecutionContext? Outer { get; }

    /// <summary>How many calls are around it.</summary>
    internal int Depth { get; }

    internal GasMeter Meter { get; }

    /// <summary>Calls a method of another contract.</summary>
    /// <param name="call">The call.</param>
    /// <returns>The encoded result.</returns>
    /// <exception cref="CallFailedException">It failed. What it wrote is taken back.</exception>
    public ReadOnlyMemory<byte> Call(ContractCall call)
    {
        ExecutionResult result = Run(call);
        return result.IsSuccess ? result.Output : throw new CallFailedException(call, result);
    }

    /// <summary>Calls a method of another contract.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="call">The call.</param>
    /// <returns>The result.</returns>
    /// <exception cref="CallFailedException">It failed. What it wrote is taken back.</exception>
    /// <exception cref="CallEncodingException">The other contract gave a result of another type.</exception>
    public TResult Call<TResult>(ContractCall<TResult> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call.ResultCodec.Decode(Call((ContractCall)call).Span);
    }

    /// <summary>Calls a method of another contract, and tells whether it succeeded. When it did not, what it wrote is taken back.</summary>
    /// <param name="call">The call.</param>
    public ExecutionResult TryCall(ContractCall call) => Run(call).WithoutLocalText();

    /// <summary>Calls a method of another contract, and tells whether it succeeded. When it did not, what it wrote is taken back.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="call">The call.</param>
    /// <exception cref="CallEncodingException">The other contract gave a result of another type.</exception>
    public ExecutionResult<TResult> TryCall<TResult>(ContractCall<TResult> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return new ExecutionResult<TResult>(TryCall((ContractCall)call), call.ResultCodec);
    }

    /// <summary>Refuses the call unless something holds.</summary>
    /// <param name="condition">What has to hold.</param>
    /// <param name="reason">Why the call is refused: a text that is the same on every node.</param>
    /// <exception cref="RequirementException">It does not hold.</exception>
#pragma warning disable CA1822 // Contracts say it of their context.
    public void Require([DoesNotReturnIf(false)] bool condition, string reason)
#pragma warning restore CA1822
    {
        if (!condition)
        {
            throw new RequirementException(reason);
        }
    }

    /// <summary>Pays for work that storage does not show, such as long loops.</summary>
    /// <param name="gas">The gas.</param>
    /// <exception cref="OutOfGasException">There is less left.</exception>
    public void UseGas(ulong gas) => Meter.Charge(gas);

    /// <summary>Pays for memory.</summary>
    /// <param name="bytes">How many bytes.</param>
    /// <exception cref="OutOfGasException">There is less gas left than they cost.</exception>
    public void UseMemory(long bytes) => Meter.ChargeMemory(bytes);

    /// <summary>What a contract that nobody calls says when it is asked for its context.</summary>
    /// <param name="contract">The name of its class.</param>
    public static InvalidOperationException None(string contract) =>
        new($"{contract} is not being called, so it has no context. Call it through a ContractExecutor.");

    private ExecutionResult Run(ContractCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return _runner.RunNested(this, call);
    }
}
