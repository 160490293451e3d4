using Cairn.Contracts;

namespace Cairn.Tests.Contracts.Execution;

/// <summary>A contract that tells what it sees, and one that does what it should not.</summary>
[Contract]
internal sealed partial class Teller
{
    private static Cairn.Contracts.Execution.ExecutionContext? _kept;

    public partial StorageList<UInt256> Numbers { get; }

    [ContractView]
    public string Tell() =>
        $"{Context.Caller} {Context.Origin} {Context.Contract} {Context.Height} {Context.Time.UtcTicks} {Context.TransactionHash} {Context.GasLimit} {(Context.IsReadOnly ? "View" : "Method")} {Context.GasLeft < Context.GasLimit && Context.Method == nameof(Tell)}";

    [ContractMethod]
    public string Ask(Address other, ulong gas) => Context.Call(At(other).Tell() with { GasLimit = 21_100 + gas }).Replace((21_100 + gas).ToString(System.Globalization.CultureInfo.InvariantCulture), gas.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);

    [ContractView]
    public StorageBytes SetUpWith() => new((Context.Parameters ?? default).Span);

    [ContractMethod]
    public void CatchAll(Address other)
    {
        try
        {
            Context.Call(At(other).Tell());
        }
        catch (StateStoreException)
        {
            // As if nothing had been.
        }
    }

    [ContractMethod]
    public void KeepContext()
    {
        _kept = Context;
        throw new FormatException();
    }

    [ContractMethod]
    public void UseKept() => _kept!.Call(At(_kept.Contract).Tell());

    [ContractMethod]
    public void ThrowText(int length) => throw new FormatException(new string('ы', length));

    [ContractMethod]
    public void ThrowEvil() => throw new EvilException();

    [ContractMethod]
    public void WritePages(uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            Context.Storage.Write(SlotId.Root, 1024 + (i * 32), [1]);
        }
    }

    /// <summary>Ends the scope of the call itself, which is none of its business.</summary>
    [ContractMethod]
    public void EndScopes(bool rollback)
    {
        Numbers.Add(1);
        if (rollback)
        {
            Context.Storage.Session.Rollback();
        }
        else
        {
            Context.Storage.Session.Release();
        }

        Numbers.Add(2);
    }

    /// <summary>Ends the execution in the middle of the call, which is none of its business either.</summary>
    [ContractMethod]
    public void EndExecution(byte how)
    {
        Numbers.Add(1);
        StorageSession session = Context.Storage.Session;
        (how switch { 0 => session.Accept, 1 => session.Discard, _ => (Action)session.Flush })();
    }

    /// <summary>Ends the scope of the call itself and throws.</summary>
    [ContractMethod]
    public void EndScopeAndThrow()
    {
        Numbers.Add(1);
        Context.Storage.Session.Release();
        throw new FormatException();
    }

    /// <summary>Bears the failure of a call that ended scopes, which cannot be borne.</summary>
    [ContractMethod]
    public void CallBorne(Address other, bool throws)
    {
        Numbers.Add(7);
        Context.TryCall(throws ? At(other).EndScopeAndThrow() : At(other).EndScopes(rollback: false));
    }

    /// <summary>Calls another contract, which fails after it has written, for each number.</summary>
    [ContractMethod]
    public int CallForEach(Address other)
    {
        Numbers.AddRange(1, 2, 3);
        int failures = 0;
        foreach (UInt256 _ in Numbers)
        {
            failures += Context.TryCall(At(other).AddAndThrow()).IsSuccess ? 0 : 1;
        }

        return failures;
    }

    [ContractMethod]
    public void AddAndThrow()
    {
        Numbers.Add(1);
        throw new FormatException();
    }

    [ContractMethod]
    public void LeaveScopeOpen()
    {
        Context.Storage.Session.Begin();
        Numbers.Add(1);
    }

    [ContractView]
    public string LongText() => new('x', Cairn.Contracts.Execution.CallLimits.MaxEncodedBytes);

    [ContractMethod]
    public void Lock(Address upgrader)
    {
        RootRecord root = new(Context.Storage);
        root.Upgraders.Add(upgrader);
        root.LockDefault();
    }

    [ContractMethod]
    public void SetCode(string code) => new RootRecord(Context.Storage).Code = new StorageBytes(System.Text.Encoding.UTF8.GetBytes(code));

    internal sealed class EvilException : Exception
    {
        public override string Message => throw new FormatException();
    }
}
