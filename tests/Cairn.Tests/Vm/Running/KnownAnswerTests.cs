using Cairn.Contracts.Namespaces;
using Cairn.Vm.Machines;
using Cairn.Vm.Running;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>Programs whose answers are known.</summary>
public sealed class KnownAnswerTests
{
    private const string Treasury = """
        push 100
        storep org/treasury/balance
        begintx
        push 90
        storep org/treasury/balance
        push 10
        storep org/projects/funding
        committx
        push "org/treasury/"
        listkeys
        """;

    private const string Data = """
        push 10
        storep data_key
        push 15
        storep data_key
        push 25
        storep data_key
        push 50
        storep data_key
        listversionsp data_key
        diffversionsp data_key 1 2
        diffversionsp data_key 1 4
        diffversionsp data_key 2 3
        diffversionsp data_key 1 2
        diffversionsp data_key 2 3
        add
        diffversionsp data_key 3 4
        add
        diffversionsp data_key 1 4
        """;

    private const string Product = """
        push 100
        storep product_key
        loadp product_key
        push 200
        storep product_key
        push 300
        storep product_key
        push 400
        storep product_key
        loadp product_key
        loadversionp product_key 1
        loadversionp product_key 2
        loadversionp product_key 3
        loadversionp product_key 4
        """;

    private const string Counter = """
        push 10
        storep counter
        loop 5:
            loadp counter
            push 1
            add
            storep counter
        loadp counter
        """;

    private const string Functions = """
        def factorial(n):
            load n
            push 2
            lt
            if:
                push 1
                return
            load n
            load n
            push 1
            sub
            call factorial
            mul

        def fibonacci(n):
            load n
            push 2
            lt
            if:
                load n
                return
            load n
            push 1
            sub
            call fibonacci
            load n
            push 2
            sub
            call fibonacci
            add

        push 10
        call factorial
        push 20
        call fibonacci
        push 0
        store n
        loop 1000:
            load n
            push 1
            add
            store n
        load n
        """;

    [Fact]
    public async Task Treasury_ListsItsKey_AndHasBothVersions()
    {
        await using VmStore store = await VmStore.NewAsync();
        Assert.Equal(["org/treasury/balance", "1"], await StackAsync(store, Treasury));
        Assert.Equal("90", store.Read()["org/treasury/balance"].ToString());
        Assert.Equal(["100", "90"], store.Versions("org/treasury/balance").Select(value => value.ToString()));
        Assert.Equal("10", store.Read()["org/projects/funding"].ToString());
    }

    [Theory]
    [InlineData("push 123\nstorep test_key\nloadp test_key", "123")]
    [InlineData(Data, "4,5,40,10,40,40")]
    [InlineData(Product, "100,400,100,200,300,400")]
    [InlineData(Counter, "15")]
    [InlineData(Functions, "3628800,6765,1000")]
    public async Task Program_LeavesItsStack(string program, string stack)
    {
        await using VmStore store = await VmStore.NewAsync();
        Assert.Equal(stack, string.Join(',', await StackAsync(store, program)));
    }

    [Fact]
    public async Task Transactions_Nested_MergeIntoTheirParents()
    {
        await using VmStore store = await VmStore.NewAsync();
        await StackAsync(store, "begintx\npush 1\nstorep a\nbegintx\npush 2\nstorep b\ncommittx\nrollbacktx");
        Assert.Empty(store.Read());
        await StackAsync(store, "begintx\npush 1\nstorep a\nbegintx\npush 2\nstorep a\nrollbacktx\ncommittx");
        Assert.Equal(["a = 1"], store.Read().Select(pair => $"{pair.Key} = {pair.Value}"));
    }

    [Fact]
    public async Task Rollback_TakesVersionsAndQuotaUseBack()
    {
        await using VmStore store = await VmStore.NewAsync();
        await store.WriteAsync(draft => new NamespaceStore(draft, VmStore.Root).Accounts.Create("writer", 100));
        Assert.True((await store.RunAsync("push \"v1\"\nstorep k", VmStore.As("writer"))).IsSuccess);
        RunResult result = await store.RunAsync("begintx\npush \"a longer one\"\nstorep k\nrollbacktx\nlistversionsp k", VmStore.As("writer"));
        Assert.Equal(["1"], result.Stack.Select(value => value.ToString()));
        Assert.Equal(["v1"], store.Versions("k").Select(value => value.ToString()));
        Assert.Equal("v1", store.Read()["k"].ToString());
        Assert.Equal(2UL, UsedBy(store, "writer"));
    }

    [Fact]
    public async Task Quota_OfFiftyBytes_RefusesWhatIsTooMuch_AndCreditsWhatShrinks()
    {
        await using VmStore store = await VmStore.NewAsync();
        await store.WriteAsync(draft => new NamespaceStore(draft, VmStore.Root).Accounts.Create("writer", 50));
        Assert.Null((await StoreAsync(30, "k1")).Fault);
        RunResult refused = await StoreAsync(30, "k2");
        Assert.Equal(FaultKind.QuotaExceeded, refused.Fault!.Kind);
        QuotaExceededException quota = Assert.IsType<QuotaExceededException>(refused.Fault.Cause);
        Assert.Equal((30UL, 50UL), (quota.Used, quota.Limit));
        Assert.Null((await StoreAsync(10, "k1")).Fault);
        Assert.Null((await StoreAsync(30, "k2")).Fault);
        Assert.Equal(40UL, UsedBy(store, "writer"));
        Assert.Equal(["writer Write k2 OverQuota"], store.Denied());

        Task<RunResult> StoreAsync(int bytes, string key) => store.RunAsync($"push \"{new string('x', bytes)}\"\nstorep {key}", VmStore.As("writer"));
    }

    /// <summary>All of the programs, one block each, with a clock that stands still: the roots are the same on every machine, in every country.</summary>
    [Fact]
    public async Task Programs_HaveKnownRoots()
    {
        await using VmStore store = await VmStore.NewAsync();
        System.Text.StringBuilder roots = new();
        foreach (string program in new[] { Treasury, Data, Product, Counter, Functions })
        {
            RunResult result = await store.RunAsync(program);
            roots.Append(System.Globalization.CultureInfo.InvariantCulture, $"{result.Height} {result.Root} {result.GasUsed} {result.Steps}\n");
        }

        GoldenFile.CheckText("vm-roots.txt", roots.ToString());
    }

    private static ulong UsedBy(VmStore store, string id)
    {
        using StateView view = store.State.OpenView();
        return new NamespaceStore(view, VmStore.Root).Accounts.Get(id).Used;
    }

    private static async Task<IEnumerable<string>> StackAsync(VmStore store, string program)
    {
        RunResult result = await store.RunAsync(program);
        Assert.Null(result.Error);
        return result.Stack.Select(value => value.ToString());
    }
}
