using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>The history of executions as a plain list, sorted when it is asked: what <see cref="ExecutionHistory"/> has to answer.</summary>
internal sealed class PlainExecutions
{
    private readonly List<ExecutionRecord> _inserted = [];

    public PlainExecutions()
    {
    }

    private PlainExecutions(IEnumerable<ExecutionRecord> inserted) => _inserted = [.. inserted];

    public int Count => _inserted.Count;

    public PlainExecutions Copy() => new(_inserted);

    public void Add(ExecutionRecord record)
    {
        int at = _inserted.FindIndex(one => one.Id == record.Id);
        if (at < 0)
        {
            _inserted.Add(record);
        }
        else
        {
            _inserted[at] = record;
        }
    }

    public void RemoveBefore(long timeTicks) => _inserted.RemoveAll(one => one.TimeTicks < timeTicks);

    public ExecutionRecord? Find(ExecutionId id) => _inserted.Find(one => one.Id == id);

    public List<ExecutionRecord> List(ContractId? contract = null, long? from = null, long? to = null) =>
    [
        .. _inserted
            .Where(one => (contract is null || one.Contract == contract) && !(one.TimeTicks < from) && !(one.TimeTicks >= to))
            .OrderByDescending(one => one.TimeTicks),
    ];

    public ExecutionTotals TotalsOf(ContractId contract)
    {
        List<ExecutionRecord> all = List(contract);
        return new ExecutionTotals(
            (ulong)all.Count,
            (ulong)all.Count(one => one.IsSuccess),
            all.Aggregate(UInt128.Zero, (sum, one) => sum + one.GasUsed),
            all.Aggregate(UInt128.Zero, (sum, one) => sum + (UInt128)one.Duration.Ticks));
    }
}
