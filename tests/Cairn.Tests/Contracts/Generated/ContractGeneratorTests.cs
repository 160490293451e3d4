using Cairn.Contracts.Generator;
using Microsoft.CodeAnalysis;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>The generated text, and when it is made anew.</summary>
public sealed class ContractGeneratorTests
{
    private const string Author = """
        using Cairn.Contracts;

        namespace Shop;

        public enum Stage : byte { Open, Sold }

        [Contract]
        public partial class Market
        {
            public partial string Name { get; set; }
            public partial Stage Stage { get; set; }
            public partial StorageMap<Address, UInt256> Balances { get; }
            public partial StorageList<Offer> Offers { get; set; }
            [StorageBits(24)] public partial uint Fee { get; internal set; }
            public partial Pair<Offer> Best { get; }
        }

        [StorageRecord]
        public partial class Offer
        {
            public partial Address Seller { get; set; }
            public partial UInt256 Price { get; set; }
        }

        [StorageRecord]
        public sealed partial class TimedOffer : Offer
        {
            public partial ulong Until { get; set; }
        }

        [StorageRecord]
        public readonly partial struct Pair<T>
        {
            public partial T First { get; set; }
            public partial StorageList<T> Others { get; }
        }

        [Contract]
        public abstract partial class Owned<T>
        {
            public partial Address Owner { get; set; }
            public partial T Limit { get; set; }
        }

        [Contract]
        public partial class Kiosk : Owned<ulong>
        {
            public partial Tagged<uint> Tag { get; }
        }

        [StorageRecord]
        public abstract partial class Labelled
        {
            public partial string Label { get; set; }
        }

        [StorageRecord]
        public partial class Valued<T> : Labelled
        {
            public partial T Value { get; set; }
        }

        [StorageRecord]
        public sealed partial class Tagged<T> : Valued<StorageMap<Address, T>>
        {
            public partial T Tag { get; set; }
        }

        public static partial class Shapes
        {
            [StorageRecord]
            public readonly partial struct Point
            {
                public partial int X { get; set; }
                public partial int Y { get; set; }
                [StorageLength(2)] internal partial StorageArray<byte> Tags { get; }
            }
        }
        """;

    [Fact]
    public void Generated_Text_IsAsFrozen()
    {
        GeneratorRun run = new(Author);
        Assert.Empty(run.Ids);
        Assert.Empty(run.Errors);
        GoldenFile.CheckText("generated-accessors.txt", run.Text);
    }

    [Fact]
    public void Generated_Text_DoesNotDependOnTheOrderOfRuns() => Assert.Equal(new GeneratorRun(Author).Text, new GeneratorRun(Author).Text);

    [Fact]
    public void RecordsOfAnotherAssembly_HaveOffsetsThatAreLookedUp()
    {
        GeneratorRun run = new(
            """
            using Cairn.Contracts;
            namespace Stall;
            [StorageRecord] public partial class RareOffer : Shop.Offer { public partial byte Rarity { get; set; } }
            [StorageRecord] public partial class Valued : Shop.Valued<string> { public partial byte Rank { get; set; } }
            [Contract] public partial class Booth : Shop.Owned<StorageList<RareOffer>> { public partial Valued Valued { get; set; } }
            [Contract] public partial class Stall
            {
                public partial byte First { get; set; }
                public partial Shop.Pair<Shop.Offer> Pair { get; }
                public partial RareOffer Rare { get; }
                public partial byte Last { get; set; }
            }
            """,
            new GeneratorRun(Author).Compile());
        Assert.Empty(run.Ids);
        Assert.Empty(run.Errors);
        Assert.Contains("Rarity = Layout.OffsetOf(\"Rarity\");", run.Text, StringComparison.Ordinal);
        Assert.Contains("Last = Layout.OffsetOf(\"Last\");", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("First = Layout", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void UnrelatedFile_LeavesEveryStepCached()
    {
        GeneratorRun run = new(Author);
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.New, reason));
        run.Add("namespace Other; public class Unrelated { public int Number => 1; }");
        AssertCached(run);
        Assert.Equal(10, run.Result.GeneratedSources.Length);
    }

    [Fact]
    public void EditOfAMethod_InTheFile_LeavesTheCodeAsItIs()
    {
        GeneratorRun run = new(Author);
        run.Replace("// A line more, which moves everything.\n" + Author.Replace("public partial Stage Stage { get; set; }", "public partial Stage Stage { get; set; } public int Twice() => 2;", StringComparison.Ordinal));
        AssertCached(run);
    }

    [Fact]
    public void EditOfAField_ChangesItsTypeAndThoseThatContainIt()
    {
        GeneratorRun run = new(Author);
        run.Replace(Author.Replace("UInt256 Price", "ulong Price", StringComparison.Ordinal));
        Assert.Empty(run.Errors);
        IncrementalStepRunReason[] reasons = [.. run.Reasons(ContractGenerator.ModelStep)];
        Assert.Equal(3, reasons.Count(reason => reason == IncrementalStepRunReason.Modified));
        Assert.Equal(7, reasons.Count(reason => reason is IncrementalStepRunReason.Unchanged or IncrementalStepRunReason.Cached));
    }

    [Fact]
    public void Everything_InGeneratedCode_IsMadeWithoutReflection()
    {
        string text = new GeneratorRun(Author).Text;
        Assert.DoesNotContain("Reflection", text, StringComparison.Ordinal);
        Assert.DoesNotContain("typeof", text, StringComparison.Ordinal);
        Assert.DoesNotContain("dynamic", text, StringComparison.Ordinal);
    }

    private static void AssertCached(GeneratorRun run)
    {
        Assert.NotEmpty(run.Reasons(ContractGenerator.ReadingStep));
        Assert.NotEmpty(run.Reasons(ContractGenerator.ModelStep));
        Assert.All(run.Reasons(ContractGenerator.ReadingStep), reason => Assert.True(reason is IncrementalStepRunReason.Unchanged or IncrementalStepRunReason.Cached, $"{reason}"));
        Assert.All(run.Reasons(ContractGenerator.ModelStep), reason => Assert.True(reason is IncrementalStepRunReason.Unchanged or IncrementalStepRunReason.Cached, $"{reason}"));
        Assert.NotEmpty(run.OutputReasons());
        Assert.All(run.OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }
}
