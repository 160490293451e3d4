using Cairn.Contracts.Registry;
using Cairn.Tests.Contracts.Execution;

namespace Cairn.Tests.Contracts.Registry;

/// <summary>What a <see cref="ContractStateStorage"/> holds, as plain collections.</summary>
internal sealed class PlainContracts
{
    public SortedDictionary<ContractId, ContractMetadata> Metadata { get; private init; } = [];

    public Dictionary<(ContractId Contract, string Key), byte[]> State { get; private init; } = [];

    public PlainExecutions Executions { get; private init; } = new();

    public PlainContracts Copy() => new()
    {
        Metadata = new SortedDictionary<ContractId, ContractMetadata>(Metadata),
        State = new Dictionary<(ContractId Contract, string Key), byte[]>(State),
        Executions = Executions.Copy(),
    };

    /// <summary>The state of a contract in the order of the keys, which are hexadecimal here.</summary>
    public List<(string Key, byte[] Value)> ListState(ContractId contract, string prefix = "") =>
    [
        .. State.Where(one => one.Key.Contract == contract && one.Key.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(one => one.Key.Key, StringComparer.Ordinal)
            .Select(one => (one.Key.Key, one.Value)),
    ];
}
