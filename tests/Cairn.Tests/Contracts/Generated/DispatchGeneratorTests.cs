using Cairn.Contracts.Generator;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>The generated code that makes contracts callable, when it is made anew, and what it refuses.</summary>
public sealed class DispatchGeneratorTests
{
    private const string Author = """
        using System.Numerics;
        using Cairn;
        using Cairn.Contracts;

        namespace Shop;

        public enum Stage : byte { Open, Sold }

        [Contract]
        public partial class Market
        {
            public partial string Name { get; set; }
            public partial StorageMap<Address, UInt256> Balances { get; }

            [ContractMethod]
            public void Transfer(Address to, UInt256 amount) => Balances[to] = amount;

            [ContractView]
            public UInt256 BalanceOf(Address owner) => Balances.GetValueOrDefault(owner);

            [ContractMethod]
            public virtual (Stage, string) Sell(Stage[] stages, string @class = "x", in uint? limit = null) => (stages[0], @class);

            [ContractView]
            public Stage[] Stages() => [Stage.Open];

            public void Helper(object anything) { }
        }

        [Contract]
        public sealed partial class TimedMarket : Market
        {
            public partial ulong Until { get; set; }

            public override (Stage, string) Sell(Stage[] stages, string @class, in uint? limit) => base.Sell(stages, @class, limit);

            [ContractView]
            public bool IsOver() => Context.Height.Value > Until;
        }

        [Contract]
        public partial class Plain
        {
            public partial int Number { get; set; }
            public void Method() { }
        }

        public static partial class Shapes
        {
            [Contract]
            internal sealed partial class Clock
            {
                [ContractView]
                public ulong @event() => Context.Height.Value;
            }
        }
        """;

    public static TheoryData<string, string, string> Methods { get; } = new()
    {
        { "CAIRN040", "[ContractMethod] internal void M() { }", "'M' cannot be called from outside: it is not public" },
        { "CAIRN040", "[ContractMethod] public static void M() { }", "it is static" },
        { "CAIRN040", "[ContractMethod] public void M<T>() { }", "it has type parameters" },
        { "CAIRN040", "[ContractMethod] public async void M() { await System.Threading.Tasks.Task.Yield(); }", "it is async" },
        { "CAIRN040", "[ContractMethod, ContractView] public void M() { }", "it is marked twice" },
        { "CAIRN040", "[ContractView] public ref readonly int M() => ref _numbers[0]; private static readonly int[] _numbers = [1];", "it returns a reference" },
        { "CAIRN040", "[ContractView] public static C operator +(C a, C b) => a;", "it is no ordinary method" },
        { "CAIRN041", "[ContractMethod] public System.Threading.Tasks.Task M() => null!;", "'Task' of 'M: The result' cannot be encoded in a call; use the result itself" },
        { "CAIRN041", "[ContractMethod] public void M(double d) { }", "'double' of 'M: d' cannot be encoded in a call; use an integer that counts" },
        { "CAIRN041", "[ContractMethod] public void M(decimal d) { }", "use UInt256 or BigInteger" },
        { "CAIRN041", "[ContractMethod] public void M(string? s) { }", "use the type without '?'" },
        { "CAIRN041", "[ContractMethod] public void M(System.Collections.Generic.List<int> list) { }", "use an array" },
        { "CAIRN041", "[ContractView] public StorageMap<int, int> M() => null!;", "what lives in storage cannot leave it" },
        { "CAIRN041", "[ContractView] public Box M() => null!;", "what lives in storage cannot leave it" },
        { "CAIRN041", "[ContractMethod] public void M(Unmarked[] u) { }", "use an integer, bool" },
        { "CAIRN041", "[ContractMethod] public void M((int, int, int, int, int) t) { }", "use an integer, bool" },
        { "CAIRN041", "[ContractMethod] public void M(int[,] t) { }", "use an integer, bool" },
        { "CAIRN041", "[ContractMethod] public void M(System.ReadOnlySpan<byte> t) { }", "use an integer, bool" },
        { "CAIRN042", "[ContractMethod] public void M(ref int a) { }", "'a' of 'M' is passed by reference" },
        { "CAIRN042", "[ContractMethod] public void M(out int a) => a = 1;", "'a' of 'M' is passed by reference" },
        { "CAIRN043", "[ContractMethod] public void M() { } [ContractView] public void M(int a) { }", "'M' is already a method that is called from outside" },
        { "CAIRN043", "[ContractMethod] public void At() { }", "'At' is already the name of a generated member" },
        { "CAIRN043", "[ContractMethod] public void M() { } public int Context => 1;", "'Context' is already the name of a generated member" },
        { "CAIRN043", "[ContractView] public override string ToString() => \"\";", "'ToString' is already a method of every object" },
        { "CAIRN044", "} public class D { [ContractMethod] public void M() { }", "'M' is in no contract" },
        { "CAIRN044", "} [StorageRecord] public partial class D { [ContractView] public int M() => 1;", "'M' is in no contract" },
    };

    [Fact]
    public void Generated_Text_IsAsFrozen()
    {
        GeneratorRun run = new(Author);
        Assert.Empty(run.Ids);
        Assert.Empty(run.Errors);
        GoldenFile.CheckText("generated-calls.txt", TextOf(run));
    }

    [Fact]
    public void Generated_Text_UsesNoReflection()
    {
        string text = TextOf(new GeneratorRun(Author));
        Assert.DoesNotContain("Reflection", text, StringComparison.Ordinal);
        Assert.DoesNotContain("typeof", text, StringComparison.Ordinal);
        Assert.DoesNotContain("dynamic", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Plain", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Helper", text, StringComparison.Ordinal);
    }

    [Fact]
    public void BaseOfAnotherAssembly_BringsItsMethodsAndItsContext()
    {
        GeneratorRun run = new(
            """
            using Cairn.Contracts;
            namespace Stall;
            [Contract] public sealed partial class Stall : Shop.Market { [ContractView] public ulong Height() => Context.Height.Value; }
            """,
            new GeneratorRun(Author).Compile());
        Assert.Empty(run.Ids);
        Assert.Empty(run.Errors);
        string text = TextOf(run);
        Assert.Contains("contract.Transfer(argument0, argument1);", text, StringComparison.Ordinal);
        Assert.DoesNotContain("_context", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AbstractBases_WithTypeParameters_AreCalledThroughWhatDerivesFromThem()
    {
        GeneratorRun run = new("""
            using Cairn.Contracts;
            namespace N;
            [Contract] public abstract partial class Vault<T> where T : notnull
            {
                public partial StorageMap<Address, T> Held { get; }
                [ContractMethod] public void Put(T value) => Held[Context.Caller] = Checked(value);
                [ContractView] public T[] All() => [];
                [ContractView] public abstract T Checked(T value);
            }
            [Contract] public sealed partial class TextVault : Vault<string> { public override string Checked(string value) => value + Context.Height; }
            [Contract] public partial class NumberVault : Vault<ulong> { [ContractView] public override ulong Checked(ulong value) => value; }
            [Contract] public sealed partial class BigVault : NumberVault { [ContractView] public bool IsBig() => true; }
            """);
        Assert.Empty(run.Ids);
        Assert.Empty(run.Errors);
        string text = TextOf(run);
        Assert.Contains("new(\"Put\", isView: false, [new(\"value\", global::Cairn.Contracts.Execution.CallCodecs.Text)], null)", text, StringComparison.Ordinal);
        Assert.Contains("new(\"Put\", isView: false, [new(\"value\", global::Cairn.Contracts.Execution.CallCodecs.UInt64)], null)", text, StringComparison.Ordinal);
        Assert.Contains("public static new global::Cairn.Contracts.Execution.ContractProgram Program", text, StringComparison.Ordinal);
        Assert.Single(run.Result.GeneratedSources, source => source.SourceText.ToString().Contains(" _context;", StringComparison.Ordinal));
    }

    [Fact]
    public void Base_WithTypeArgumentsThatCannotBeCalled_IsReportedWhereTheyAreGiven()
    {
        GeneratorRun run = new("""
            using Cairn.Contracts;
            namespace N;
            [Contract] public abstract partial class Vault<T> where T : notnull { [ContractMethod] public void Put(T value) { } }
            [Contract] public sealed partial class RealVault : Vault<double> { }
            """);
        Diagnostic found = Assert.Single(run.Result.Diagnostics);
        Assert.Equal(("CAIRN041", 3), (found.Id, found.Location.GetLineSpan().StartLinePosition.Line));
    }

    [Fact]
    public void UnrelatedFile_LeavesEveryStepCached()
    {
        GeneratorRun run = new(Author);
        run.Add("namespace Other; public class Unrelated { public int Number => 1; }");
        AssertCached(run);
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Fact]
    public void EditOfABodyOrAField_LeavesTheCallsAsTheyAre()
    {
        GeneratorRun run = new(Author);
        run.Replace("// A line more, which moves everything.\n" + Author.Replace("=> Balances[to] = amount", "=> Balances[to] = amount + 1", StringComparison.Ordinal).Replace("ulong Until", "uint Until", StringComparison.Ordinal));
        AssertCached(run);
        Assert.Contains(IncrementalStepRunReason.Modified, run.Reasons(ContractGenerator.ModelStep));
    }

    [Fact]
    public void EditOfAMethod_LeavesTheAccessorsAsTheyAre()
    {
        GeneratorRun run = new(Author);
        run.Replace(Author.Replace("BalanceOf(Address owner)", "BalanceOf(Address holder)", StringComparison.Ordinal).Replace("GetValueOrDefault(owner)", "GetValueOrDefault(holder)", StringComparison.Ordinal));
        Assert.Empty(run.Errors);
        Assert.All(run.Reasons(ContractGenerator.ModelStep), reason => Assert.True(IsCached(reason), $"{reason}"));
        IncrementalStepRunReason[] reasons = [.. run.Reasons(ContractGenerator.CallModelStep)];
        Assert.Equal((2, 1), (reasons.Count(reason => reason == IncrementalStepRunReason.Modified), reasons.Count(IsCached)));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Methods_ThatCannotBeCalled_AreRefused(string id, string method, string message)
    {
        string source = $$"""
            #nullable enable
            using Cairn.Contracts;
            namespace N;
            public class Unmarked;
            [StorageRecord] public partial class Box { public partial int Value { get; set; } }
            [Contract] public partial class C
            {
            {{method}}
            }
            """;
        Diagnostic[] all = [.. new GeneratorRun(source).Result.Diagnostics];
        Assert.All(all, diagnostic => Assert.Equal(id, diagnostic.Id));
        Diagnostic found = Assert.Single(all, diagnostic => diagnostic.GetMessage().Contains(message, StringComparison.Ordinal));
        Assert.Equal("Author.cs", found.Location.GetLineSpan().Path);
        Assert.Contains(method, source.Split('\n')[found.Location.GetLineSpan().StartLinePosition.Line], StringComparison.Ordinal);
    }

    [Fact]
    public void Base_WithAFault_IsReportedInIt_AndHidesNothing()
    {
        GeneratorRun run = new("""
            using Cairn.Contracts;
            namespace N;
            [Contract] public partial class B { [ContractMethod] public void M(double d) { } }
            [Contract] public partial class D : B { [ContractMethod] public new void M(double d) { } }
            """);
        Assert.Equal(["CAIRN041", "CAIRN041", "CAIRN043"], run.Ids.Order(StringComparer.Ordinal));
    }

    private static string TextOf(GeneratorRun run) => string.Join("\n", run.Result.GeneratedSources
        .Where(source => source.HintName.EndsWith(".Calls.g.cs", StringComparison.Ordinal))
        .OrderBy(source => source.HintName, StringComparer.Ordinal)
        .Select(source => $"// {source.HintName}\n{source.SourceText}"));

    private static bool IsCached(IncrementalStepRunReason reason) => reason is IncrementalStepRunReason.Unchanged or IncrementalStepRunReason.Cached;

    private static void AssertCached(GeneratorRun run)
    {
        Assert.NotEmpty(run.Reasons(ContractGenerator.CallReadingStep));
        Assert.NotEmpty(run.Reasons(ContractGenerator.CallModelStep));
        Assert.All(run.Reasons(ContractGenerator.CallReadingStep), reason => Assert.True(IsCached(reason), $"{reason}"));
        Assert.All(run.Reasons(ContractGenerator.CallModelStep), reason => Assert.True(IsCached(reason), $"{reason}"));
    }
}
