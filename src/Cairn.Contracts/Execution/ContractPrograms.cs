namespace Cairn.Contracts.Execution;

/// <summary>The programs that a node can run: by name, for contracts whose metadata in the registry names them (<see cref="Registry.ContractType.BuiltIn"/>), and at fixed addresses. Filled before it is given to an executor, and not changed afterwards.</summary>
public sealed class ContractPrograms
{
    private readonly Dictionary<string, ContractProgram> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Address, ContractProgram> _byAddress = [];

    /// <summary>Adds a program under the name that the metadata of built-in contracts has for it.</summary>
    /// <param name="program">The program: <c>Token.Program</c>.</param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">There is one of that name.</exception>
    public ContractPrograms Add(ContractProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (!_byName.TryAdd(program.Name, program))
        {
            throw new ArgumentException($"There is a program '{program.Name}' already.", nameof(program));
        }

        return this;
    }

    /// <summary>Puts a program at an address for good, without a registry: a contract that every chain of this kind has from its beginning.</summary>
    /// <param name="contract">The address.</param>
    /// <param name="program">The program.</param>
    /// <returns>This object.</returns>
    /// <exception cref="ArgumentException">There is one at the address.</exception>
    public ContractPrograms AddAt(Address contract, ContractProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (!_byAddress.TryAdd(contract, program))
        {
            throw new ArgumentException($"There is the program '{_byAddress[contract].Name}' at {contract} already.", nameof(contract));
        }

        return this;
    }

    /// <summary>Finds the program that is at an address for good.</summary>
    internal bool TryFindAt(Address contract, out ContractProgram? program) => _byAddress.TryGetValue(contract, out program);

    /// <summary>Finds the program of a built-in contract.</summary>
    internal bool TryFind(string name, out ContractProgram? program) => _byName.TryGetValue(name, out program);
}
