using System.Reflection;
using Cairn.Cli.Layouts;
using Cairn.Contracts;
using Cairn.Contracts.Generator.Layouts;
using Cairn.Tests.Contracts.Layouts;
using Xunit;

namespace Cairn.Tests.Contracts.Generated;

/// <summary>What an assembly says of its layouts, beside the layouts that its code has.</summary>
public sealed class DescribedLayoutTests
{
    private static readonly LayoutSet Described = AssemblyLayouts.Read("tests", File.ReadAllBytes(typeof(Everything).Assembly.Location));

    [Fact]
    public void Descriptions_AreTheLayoutsOfTheCode()
    {
        int compared = 0;
        foreach (Type type in typeof(Everything).Assembly.GetTypes().Where(type => type.GetCustomAttribute<ContractAttribute>() is not null || type.GetCustomAttribute<StorageRecordAttribute>() is not null))
        {
            if (type.GetProperty("Layout", BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)?.GetValue(null) is StorageCodec codec)
            {
                Layout layout = Described.Find(type.FullName!.Replace('+', '.'))!;
                Assert.NotNull(layout);
                if (Described.SizeOf(layout) is { } size)
                {
                    Assert.Equal((codec.TypeName, codec.Size), (Described.Expand(layout), (uint)size));
                    Assert.Equal(codec.Fields.Select(field => (ulong)field.Offset), Described.Place(layout).Select(field => field.Offset!.Value));
                    compared++;
                }
            }
        }

        Assert.True(compared >= 12, $"{compared} types");
    }

    [Fact]
    public void RecordsWithTypeArguments_HaveADescriptionForEachUse()
    {
        const string space = "Cairn.Tests.Contracts.Generated.";
        Assert.Equal("record{First:u32,Second:u32}", Described.Find($"{space}Pair<u32>")!.ToString());
        Assert.Equal("record{First:u24,Second:u24}", Described.Find($"{space}Pair<u24>")!.ToString());
        Assert.Equal($"record{{First:{space}Pair<str>,Second:{space}Pair<str>}}", Described.Find($"{space}Pair<{space}Pair<str>>")!.ToString());
        Assert.DoesNotContain(Described.All, layout => layout.Name.Contains('$', StringComparison.Ordinal));
    }

    [Fact]
    public void RecordsWrittenByHand_AreUnknown_UnlessTheirAuthorDescribesThem()
    {
        Assert.Equal("unknown", Described.Find("Cairn.Tests.Contracts.Holding")!.ToString());
        Assert.Null(Described.SizeOf(Described.Find("Cairn.Tests.Contracts.Generated.Outer.Nested")!));

        const string source = """
            using Cairn.Contracts;
            [assembly: ContractLayout(".ByHand", "record{A:u8,B:.ByHand2}")]
            [assembly: ContractLayout(".ByHand2", "record{C:str}")]
            [StorageRecord] public partial class Own : ByHand { public partial byte Last { get; set; } }
            public class ByHand(StoragePlace place) : IStorageRecord<ByHand>
            {
                public ByHand() : this(StoragePlace.InMemory()) { }
                public StoragePlace Place => place;
                public StorageCodec Codec => Layout;
                public static RecordCodec<ByHand> Layout { get; } = new("ByHand", place => new ByHand(place), []);
            }
            """;
        LayoutSet set = AssemblyLayouts.Read("by hand", new GeneratorRun(source).Compile());
        Assert.Equal("{A:u8,B:{C:str},Last:u8}", set.Expand(set.Find(".Own")!));
    }

    [Fact]
    public void RecordsOfAnotherAssembly_ComeAlong()
    {
        byte[] library = new GeneratorRun("""
            using Cairn.Contracts;
            namespace Shop;
            [StorageRecord] public partial class Offer { public partial Pair<uint> Range { get; } }
            [StorageRecord] public partial class Pair<T> where T : notnull { public partial T First { get; set; } public partial Indirect<Inner<T>> Rest { get; } }
            [StorageRecord] public partial class Inner<T> where T : notnull { public partial StorageMap<T, Owner> Owners { get; } }
            [StorageRecord] public partial class Owner { public partial Address Who { get; set; } }
            [StorageRecord] public abstract partial class Named<T> where T : notnull { public partial string Name { get; set; } public partial Pair<T> Pair { get; } }
            """).Compile();
        GeneratorRun run = new(
            """
            using Cairn.Contracts;
            namespace Stall;
            [StorageRecord] public partial class Own { public partial bool Flag { get; set; } }
            [Contract] public partial class Stall : Shop.Named<ulong> { public partial StorageList<Shop.Offer> Offers { get; } public partial Shop.Pair<byte> Pairs { get; } public partial Own Own { get; } }
            """,
            library);
        Assert.Empty(run.Ids);
        Assert.Empty(run.Errors);
        LayoutSet set = AssemblyLayouts.Read("stall", run.Compile());
        Layout stall = set.Find("Stall.Stall")!;
        Assert.Equal(4u + 9 + 4 + 2 + 1, set.SizeOf(stall));
        Assert.Equal(["Shop.Inner<u32>", "Shop.Inner<u64>", "Shop.Inner<u8>", "Shop.Offer", "Shop.Owner", "Shop.Pair<u32>", "Shop.Pair<u64>", "Shop.Pair<u8>", "Stall.Own"], set.ReachableFrom(stall).Skip(1).Select(layout => layout.Name));
    }
}
