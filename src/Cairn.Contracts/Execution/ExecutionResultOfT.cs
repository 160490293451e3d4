namespace Cairn.Contracts.Execution;

/// <summary>How a call ended whose result is of a known type.</summary>
/// <typeparam name="TResult">The type of the result.</typeparam>
public sealed record ExecutionResult<TResult> : ExecutionResult
{
    private readonly TResult _value;

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    internal ExecutionResult(ExecutionResult result, CallCodec<TResult> codec)
        : base(result) => _value = result.IsSuccess ? codec.Decode(result.Output.Span) : default!;

    /// <summary>The result.</summary>
    /// <exception cref="InvalidOperationException">The call failed; the message says why.</exception>
    public TResult Value => IsSuccess ? _value : throw new InvalidOperationException($"The call has no result, it failed ({Failure}): {Error}");
}
