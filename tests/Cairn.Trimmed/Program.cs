using Cairn;
using Cairn.Contracts;
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
        using StateView view = store.OpenView();
        Ledger ledger = Ledger.Open(new StorageSession(view).Open(contract));
        string found = $"{ledger.Name} {ledger.Stage} {ledger.Owner == owner} {ledger.Supply == UInt256.MaxValue} {ledger.Fee} {ledger.Large == System.Numerics.BigInteger.Pow(7, 200)} {ledger.Opened.Year} "
            + $"{ledger.Accounts[owner].Balance} {ledger.Accounts[owner].Notes[^1]} {ledger.Pairs[1].Second} {ledger.Code.Value.Count}";
        Console.WriteLine(found);
        return found == "trimmed Closed True True 77 True 2020 5 two 9 3" ? 0 : 1;
    }
}
finally
{
    if (Directory.Exists(path))
    {
        Directory.Delete(path, recursive: true);
    }
}
