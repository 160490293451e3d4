using Cairn.Contracts.Generator;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>Each thing that the generator refuses: its id, its place, what to use instead.</summary>
public sealed class GeneratorFaultTests
{
    public static TheoryData<string, string, string> Fields { get; } = new()
    {
        { "CAIRN002", "public int Plain { get; set; }", "'Plain' would live in memory" },
        { "CAIRN002", "private int _plain;", "'_plain' would live in memory" },
        { "CAIRN003", "public partial System.Collections.Generic.List<int> F { get; }", "use StorageList<T>" },
        { "CAIRN003", "public partial System.Collections.Generic.Dictionary<string, int> F { get; }", "use StorageMap<TKey, TValue>" },
        { "CAIRN003", "public partial System.Collections.Generic.HashSet<int> F { get; }", "use StorageMap<T, Nothing>" },
        { "CAIRN003", "public partial byte[] F { get; set; }", "use StorageBytes" },
        { "CAIRN003", "public partial int[] F { get; set; }", "use StorageList<T>, or StorageArray<T>" },
        { "CAIRN003", "public partial StorageMap<string, int[]> F { get; }", "use StorageList<T>, or StorageArray<T>" },
        { "CAIRN004", "public partial System.DateTime F { get; set; }", "use DateTimeOffset" },
        { "CAIRN004", "public partial float F { get; set; }", "use double" },
        { "CAIRN004", "public partial decimal F { get; set; }", "use UInt256 or BigInteger" },
        { "CAIRN004", "public partial char F { get; set; }", "use string, or ushort" },
        { "CAIRN004", "public partial nint F { get; set; }", "use long" },
        { "CAIRN004", "public partial object F { get; set; }", "use the type that is meant" },
        { "CAIRN005", "public partial Unmarked F { get; set; }", "mark it with [StorageRecord]" },
        { "CAIRN005", "public partial StorageList<Unmarked> F { get; }", "mark it with [StorageRecord]" },
        { "CAIRN006", "public partial C F { get; }", "'C' contains 'C' again" },
        { "CAIRN006", "public partial Indirect<StorageList<C>> F { get; }", "'C' contains 'C' again" },
        { "CAIRN006", "public partial Loop F { get; }", "'C' contains 'C' again" },
        { "CAIRN006", "public partial Box<C> F { get; }", "'C' contains 'C' again" },
        { "CAIRN008", "public partial StorageVector<int> F { get; } public partial int G { get; set; }", "the fields before it fill the slot" },
        { "CAIRN008", "public partial StorageList<StorageVector<int>> F { get; }", "an item takes all of a slot" },
        { "CAIRN008", "public partial StorageMap<int, StorageVector<int>> F { get; }", "a value takes all of a slot" },
        { "CAIRN008", "[StorageLength(int.MaxValue)] public partial StorageArray<int> F { get; }", "2147483647 items take 8589934588 bytes" },
        { "CAIRN009", "public partial StorageMap<double, int> F { get; }", "'double' cannot be the key" },
        { "CAIRN009", "public partial Keyed<double> F { get; }", "'double' cannot be the key" },
        { "CAIRN010", "[StorageBits(12)] public partial int F { get; set; }", "a multiple of 8, from 8 to 32" },
        { "CAIRN010", "[StorageBits(40)] public partial int F { get; set; }", "a multiple of 8, from 8 to 32" },
        { "CAIRN010", "[StorageBits(16)] public partial string F { get; set; }", "there is no integer in it" },
        { "CAIRN011", "public partial StorageArray<int> F { get; }", "'F' has 1 array and 0 lengths" },
        { "CAIRN011", "[StorageLength(1, 2)] public partial StorageArray<int> F { get; }", "'F' has 1 array and 2 lengths" },
        { "CAIRN011", "[StorageLength(-1)] public partial StorageArray<int> F { get; }", "'F' has 1 array and 1 length" },
        { "CAIRN011", "[StorageLength(1)] public partial int F { get; }", "'F' has 0 arrays and 1 length" },
        { "CAIRN012", "public static partial int F { get; set; }", "'F' is static" },
        { "CAIRN012", "public partial int F { set; }", "'F' is without a getter" },
        { "CAIRN012", "public partial int F { get; init; }", "'F' is set by 'init'" },
        { "CAIRN012", "public partial int this[int i] { get; set; }", "is an indexer" },
        { "CAIRN012", "public required partial int F { get; set; }", "'F' is required" },
        { "CAIRN013", "public partial string? F { get; set; }", "write the type without '?'" },
        { "CAIRN013", "public partial int? F { get; set; }", "write the type without '?'" },
        { "CAIRN013", "public partial StorageList<string?> F { get; }", "write the type without '?'" },
    };

    public static TheoryData<string, string, string> Types { get; } = new()
    {
        { "CAIRN001", "[StorageRecord] public class T;", "'T' is not partial" },
        { "CAIRN001", "public class Around { [StorageRecord] public partial class T; }", "'Around' is not partial" },
        { "CAIRN007", "[StorageRecord] public partial class B { public partial int F { get; set; } } [StorageRecord] public partial class T : B { public new partial int F { get; set; } }", "'F' is already a field of 'T'" },
        { "CAIRN007", "[Contract] public partial class T { public void Open() { } }", "'Open' is already the name of a generated member" },
        { "CAIRN007", "[Contract] public partial class T { public partial StorageList<int> F { get; } public static int FCodec => 1; }", "'FCodec' is already the name of a generated member" },
        { "CAIRN014", "[StorageRecord] file partial class T;", "is visible in its file only" },
        { "CAIRN014", "[StorageRecord] public partial record T;", "is a record of the language" },
        { "CAIRN014", "[StorageRecord] public static partial class T;", "is static" },
        { "CAIRN014", "[StorageRecord] public abstract partial class B; [Contract] public partial class T { public partial StorageList<B> F { get; } }", "'B' is abstract, so there is no value of it" },
        { "CAIRN014", "[StorageRecord] public ref partial struct T;", "is a ref struct" },
        { "CAIRN014", "[Contract] public partial class T<V>;", "is a contract with type parameters" },
        { "CAIRN014", "[Contract, StorageRecord] public partial class T;", "is marked twice" },
        { "CAIRN014", "[StorageRecord] public partial class T : Unmarked;", "has the base class 'Unmarked', which is not marked" },
        { "CAIRN014", "[StorageRecord] public partial class T : Box<StorageArray<int>>;", "has the base class 'Box<StorageArray<int>>', whose type arguments have no layout of their own" },
        { "CAIRN004", "[StorageRecord] public partial class T : Box<float>;", "use double" },
        { "CAIRN006", "[StorageRecord] public partial class T : Box<StorageList<T>>;", "'T' contains 'T' again" },
        { "CAIRN007", "[StorageRecord] public partial class T : Box<int> { public partial long BaseLayout { get; set; } }", "'BaseLayout' is already the name of a generated member" },
        { "CAIRN007", "[StorageRecord] public partial class T : Box<int> { public new partial long Value { get; set; } }", "'Value' is already a field of 'T'" },
        { "CAIRN009", "[StorageRecord] public partial class T : Keyed<double>;", "'double' cannot be the key" },
        { "CAIRN014", "public partial class Around<V> { [StorageRecord] public partial class T; }", "is inside of a generic type" },
        { "CAIRN014", "[StorageRecord] public partial class T { public partial int F { get; set; } } public partial class T { public partial int G { get; set; } }", "has fields in several parts" },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Fields_ThatCannotBe_AreRefused(string id, string field, string message)
    {
        string source = Around($"[Contract] public partial class C {{\n{field}\n}}");
        Diagnostic found = Check(source, id, message);
        Assert.StartsWith(field.AsSpan(0, field.IndexOf(' ')).ToString(), source.Split('\n')[found.Location.GetLineSpan().StartLinePosition.Line]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Types_ThatCannotBe_AreRefused(string id, string type, string message) => Check(Around(type), id, message);

    [Fact]
    public void Rules_HaveHelp_ATestAndARowInTheDocument()
    {
        string document = File.ReadAllText(Repository.PathOf("docs", "contracts.md"));
        string[] tested = [.. Fields.Concat(Types).Concat(DispatchGeneratorTests.Methods).Select(row => row.Data.Item1).Distinct().Order(StringComparer.Ordinal)];
        DiagnosticDescriptor[] rules = [.. ContractGenerator.Rules];
        Assert.Equal(rules.Select(rule => rule.Id).Order(StringComparer.Ordinal), tested);
        foreach (DiagnosticDescriptor rule in rules)
        {
            Assert.Contains($"| {rule.Id} |", document, StringComparison.Ordinal);
            Assert.NotEmpty(rule.Description.ToString());
            Assert.NotEmpty(rule.HelpLinkUri);
            Assert.Equal(DiagnosticSeverity.Error, rule.DefaultSeverity);
        }
    }

    [Fact]
    public void WhatTheAuthorImplements_IsLeftAlone()
    {
        GeneratorRun run = new(Around("[Contract] public partial class C { public partial int A { get; set; } public int Twice => 2 * A; public static int S { get; set; } public partial int Own { get; } public partial int Own => 1; }"));
        Assert.Empty(run.Ids);
        Assert.Empty(run.Errors);
        Assert.DoesNotContain("Own", run.Result.GeneratedSources.Single(source => source.HintName == "N.C.g.cs").SourceText.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A type that the compiler does not find: it complains itself, and nothing is generated. A field less was once taken for the whole.</summary>
    [Theory]
    [InlineData("[Contract] public partial class C { public partial Missing A { get; set; } public partial int B { get; set; } }")]
    [InlineData("[Contract] public partial class C : Box<Missing> { public partial int B { get; set; } }")]
    [InlineData("[Contract] public partial class C : Missing { public partial int B { get; set; } }")]
    public void TypesThatAreMissing_AreLeftToTheCompiler(string contract)
    {
        GeneratorRun run = new(Around(contract));
        Assert.Contains(run.Errors, error => error.Id == "CS0246");
        Assert.All(run.Ids, id => Assert.Equal("CAIRN014", id));
    }

    private static Diagnostic Check(string source, string id, string message)
    {
        Diagnostic[] all = [.. new GeneratorRun(source).Result.Diagnostics];
        Assert.All(all, diagnostic => Assert.Equal(id, diagnostic.Id));
        Diagnostic found = Assert.Single(all, diagnostic => diagnostic.GetMessage().Contains(message, StringComparison.Ordinal));
        Assert.Equal("Author.cs", found.Location.GetLineSpan().Path);
        return found;
    }

    private static string Around(string type) => $$"""
        #nullable enable
        using Cairn.Contracts;
        namespace N;
        public class Unmarked;
        [StorageRecord] public partial class Box<V> { public partial V Value { get; set; } }
        [StorageRecord] public partial class Keyed<V> where V : notnull { public partial StorageMap<V, int> Values { get; } }
        {{(type.Contains("Loop", StringComparison.Ordinal) ? "[StorageRecord] public partial class Inner { public partial StorageList<C> Back { get; } } [StorageRecord] public partial class Loop { public partial Inner Inner { get; } }" : "")}}
        {{type}}
        """;
}
