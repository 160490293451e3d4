namespace Cairn.Contracts.Execution;

/// <summary>A method of a contract that can be called from outside. Immutable.</summary>
public sealed class ContractMethod
{
    /// <summary>Describes a method.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isView">Whether storage is read-only while it runs.</param>
    /// <param name="parameters">The parameters, in the order of their encodings.</param>
    /// <param name="result">How the result is encoded; null for none.</param>
    public ContractMethod(string name, bool isView, IReadOnlyList<ContractParameter> parameters, CallCodec? result)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(parameters);
        Name = name;
        IsView = isView;
        Parameters = [.. parameters];
        Result = result;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Whether storage is read-only while it runs.</summary>
    public bool IsView { get; }

    /// <summary>The parameters, in the order of their encodings.</summary>
    public IReadOnlyList<ContractParameter> Parameters { get; }

    /// <summary>How the result is encoded; null for none.</summary>
    public CallCodec? Result { get; }

    /// <summary>The method as <c>view BalanceOf(owner: address): u256</c>.</summary>
    public override string ToString() =>
        $"{(IsView ? "view " : "")}{Name}({string.Join(", ", Parameters.Select(static parameter => $"{parameter.Name}: {parameter.Codec.TypeName}"))}){(Result is null ? "" : $": {Result.TypeName}")}";
}
