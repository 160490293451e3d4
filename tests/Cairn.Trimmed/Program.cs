using Cairn;
using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Migrations;
using Cairn.Trimmed;

// Published trimmed, this has to give no warning, and the same as untrimmed. check.sh does both.
Address contract = Address.Parse("0x00000000000000000000000000000000000000aa");
Address owner = Address.Parse("0x00000000000000000000000000000000000000bb");
string path = Path.Combine(Path.GetTempPath(), $"cairn-trimmed-{Environment.ProcessId}");
try
{
    await using (StateStore store = await StateStore.OpenAsync(path))
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        StorageSession session = new(draft);
        new ContractSchema(1).Initialize(session.Open(contract));
        Ledger ledger = Ledger.Open(session.Open(contract));
        (ledger.Name, ledger.Stage, ledger.Owner, ledger.Supply, ledger.Fee) = ("trimmed", Stage.Closed, owner, UInt256.MaxValue, 77);
        (ledger.Large, ledger.Opened) = (System.Numerics.BigInteger.Pow(7, 200), DateTimeOffset.UnixEpoch.AddYears(50));
        Account account = ledger.Accounts.GetOrAdd(owner);
        account.Balance = 5;
        account.Notes.AddRange("one", "two");
        Pair<uint> pair = ledger.Pairs[1];
        pair.Second = 9;
        ledger.Code.Value.AddRange(1, 2, 3);
        session.Flush();
        await store.CommitAsync(draft);
    }

    await using (StateStore store = await StateStore.OpenAsync(path))
    {
        using ContractExecutor executor = new(store, new ContractPrograms().AddAt(contract, Ledger.Program));
        executor.BeginBlock(new BlockHeight(2), DateTimeOffset.UnixEpoch);
        ExecutionResult<(string, Stage?)> renamed = executor.Execute(Ledger.At(contract).Rename("called", [Stage.Open, Stage.Closed]) with { Caller = owner });
        ExecutionResult refused = executor.Execute(Ledger.At(contract).Rename("stolen", [Stage.Open]));
        ExecutionResult<UInt256> supply = executor.Execute(Ledger.At(contract).SupplyAt(2));
        await executor.FinalizeBlockAsync();
        string calls = $"{renamed.Value} {refused.Failure} {refused.Error} {supply.Value == UInt256.MaxValue} {GasSchedule.Parse(System.Text.Encoding.UTF8.GetBytes(GasSchedule.Default.ToJson())) == GasSchedule.Default}";
        Console.WriteLine(calls);
        if (calls != "(called, Closed) Refused only the owner names it True True")
        {
            return 1;
        }
    }

    await using (StateStore store = await StateStore.OpenAsync(path))
    {
        using StateView view = store.OpenView();
        Ledger ledger = Ledger.Open(new StorageSession(view).Open(contract));
        string found = $"{ledger.Name} {ledger.Stage} {ledger.Owner == owner} {ledger.Supply == UInt256.MaxValue} {ledger.Fee} {ledger.Large == System.Numerics.BigInteger.Pow(7, 200)} {ledger.Opened.Year} "
            + $"{ledger.Accounts[owner].Balance} {ledger.Accounts[owner].Notes[^1]} {ledger.Pairs[1].Second} {ledger.Code.Value.Count}";
        Console.WriteLine(found);
        return found == "called Closed True True 77 True 2020 5 two 9 3" ? 0 : 1;
    }
}
finally
{
    if (Directory.Exists(path))
    {
        Directory.Delete(path, recursive: true);
    }
}
