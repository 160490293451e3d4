using System.Collections.Frozen;

namespace Cairn.Contracts.Execution;

/// <summary>What an executor runs: the methods of a contract class and the code that calls them, both generated. Immutable.</summary>
public sealed class ContractProgram
{
    private readonly FrozenDictionary<string, int> _indexes;
    private readonly ContractDispatch _dispatch;

    /// <summary>Makes a program.</summary>
    /// <param name="name">The name of the contract class: what the metadata of a built-in contract says.</param>
    /// <param name="methods">The methods.</param>
    /// <param name="dispatch">Runs one of them.</param>
    /// <exception cref="ArgumentException">Two methods have the same name.</exception>
    public ContractProgram(string name, IReadOnlyList<ContractMethod> methods, ContractDispatch dispatch)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(methods);
        ArgumentNullException.ThrowIfNull(dispatch);
        Name = name;
        Methods = [.. methods];
        _indexes = Enumerable.Range(0, Methods.Count).ToFrozenDictionary(index => Methods[index].Name, StringComparer.Ordinal);
        _dispatch = dispatch;
    }

    /// <summary>The name of the contract class.</summary>
    public string Name { get; }

    /// <summary>The methods.</summary>
    public IReadOnlyList<ContractMethod> Methods { get; }

    /// <summary>The index of a method; negative when there is none.</summary>
    internal int IndexOf(string method) => _indexes.TryGetValue(method, out int index) ? index : -1;

    /// <summary>Runs a method.</summary>
    internal void Run(ExecutionContext context, int method, ref CallReader arguments, CallWriter result) => _dispatch(context, method, ref arguments, result);
}
