using System.Text.Json;
using Cairn.Cli;
using Cairn.Cli.Layouts;
using Cairn.Tests.Contracts.Generated;
using Xunit;

namespace Cairn.Tests.Cli;

/// <summary>layout: what an assembly says of its contracts, and files that are no assembly.</summary>
public sealed class LayoutCommandTests
{
    private const string Source = """
        using Cairn.Contracts;
        namespace Shop;
        [Contract] public partial class Market
        {
            public partial string Name { get; set; }
            public partial StorageMap<Address, Offer> Offers { get; }
            [StorageLength(9)] public partial StorageArray<string> Names { get; }
            public partial Pair<Offer> Best { get; }
            public partial StorageVector<byte> Rest { get; }
        }
        [Contract] public partial class Empty { static Empty() => throw new System.InvalidOperationException("This code must not run."); }
        [StorageRecord] public partial class Offer { public partial UInt256 Price { get; set; } }
        [StorageRecord] public partial class Pair<T> { public partial T First { get; set; } public partial StorageList<T> Others { get; } }
        """;

    private static readonly byte[] Assembly = new GeneratorRun(Source).Compile();

    [Fact]
    public async Task Layout_AsTables_HasEveryContractAndRecord()
    {
        using TemporaryDirectory directory = new();
        CliRun run = (await CliRun.RunAsync("layout", Save(directory))).Fine();
        Assert.Equal(
            """
            contract Shop.Empty: 0 bytes

            contract Shop.Market: the rest of the slot
              offset  bytes  field   type                     slots
                   0      4  Name    str                      0
                   4     12  Offers  map<address,Shop.Offer>  8, 12
                  16     36  Names   array<str,9>             16, 20, 24, 28, 32, 36, 40, 44, …
                  52     36  Best    Shop.Pair<Shop.Offer>    84
                  88   rest  Rest    vector<u8>

            record Shop.Offer: 32 bytes
              offset  bytes  field  type  slots
                   0     32  Price  u256

            record Shop.Pair<Shop.Offer>: 36 bytes
              offset  bytes  field   type              slots
                   0     32  First   Shop.Offer
                  32      4  Others  list<Shop.Offer>  32

            """,
            run.Output);
    }

    [Fact]
    public async Task Layout_OfOneContract_HasWhatIsInIt()
    {
        using TemporaryDirectory directory = new();
        string file = Save(directory);
        Assert.Equal("contract Shop.Empty: 0 bytes\n", (await CliRun.RunAsync("layout", file, "--contract", "Empty")).Fine().Output);
        JsonElement[] lines = [.. (await CliRun.RunAsync("layout", file, "--contract", "Shop.Market", "--json")).Fine().Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["contract Shop.Market", "record Shop.Offer", "record Shop.Pair<Shop.Offer>"], lines.Select(line => $"{line.GetProperty("kind").GetString()} {line.GetProperty("name").GetString()}"));
        JsonElement names = lines[0].GetProperty("fields")[2];
        Assert.Equal("""{"name":"Names","offset":16,"size":36,"type":"array<str,9>","slots":[16,20,24,28,32,36,40,44],"moreSlots":true}""", names.GetRawText());
        Assert.Equal(4294967295, lines[0].GetProperty("size").GetInt64());
        (await CliRun.RunAsync("layout", file, "--contract", "Gone")).Failed(ExitCode.NotFound, "it has Shop.Empty, Shop.Market");
    }

    [Fact]
    public async Task Layout_Written_ReplacesTheFile()
    {
        using TemporaryDirectory directory = new();
        string written = directory.PathOf("Contracts.layout");
        string assembly = Save(directory);
        await File.WriteAllTextAsync(written, "old", TestContext.Current.CancellationToken);
        Assert.Equal("", (await CliRun.RunAsync("layout", assembly, "--write", written)).Fine().Output);
        string text = await File.ReadAllTextAsync(written, TestContext.Current.CancellationToken);
        Assert.StartsWith("cairn-layouts 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\ncontract Shop.Market rest\n  0 4 Name str\n", text, StringComparison.Ordinal);
        Assert.Equal([written, assembly], Directory.GetFiles(directory.Path).Order(StringComparer.Ordinal));
        (await CliRun.RunAsync("layout", assembly, "--write", directory.Path)).Failed(ExitCode.Malformed, "is a directory");
        (await CliRun.RunAsync("layout", assembly, "--write", written, "--json")).Failed(ExitCode.Malformed, "without --contract and --json");
        await File.WriteAllBytesAsync(assembly, new GeneratorRun("[assembly: Cairn.Contracts.ContractLayout(\"N.C\", \"contract{A:N.R}\")] [assembly: Cairn.Contracts.ContractLayout(\"N.R\", \"unknown\")]").Compile(), TestContext.Current.CancellationToken);
        (await CliRun.RunAsync("layout", assembly, "--write", written)).Failed(ExitCode.Refused, "is written by hand");
        Assert.Equal(text, await File.ReadAllTextAsync(written, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Layout_OfOtherFiles_IsRefused()
    {
        using TemporaryDirectory directory = new();
        string file = directory.PathOf("x.dll");
        (await CliRun.RunAsync("layout", file)).Failed(ExitCode.NotFound, "there is no file");
        (await CliRun.RunAsync("layout", directory.Path)).Failed(ExitCode.NotFound, "is a directory");
        Assert.Equal("no contracts and no records\n", (await CliRun.RunAsync("layout", typeof(StateStore).Assembly.Location)).Fine().Output);
        foreach (byte[] bytes in new byte[][] { [], "MZ"u8.ToArray(), "text\n"u8.ToArray(), new byte[100_000], await File.ReadAllBytesAsync(Environment.ProcessPath!, TestContext.Current.CancellationToken) })
        {
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
            (await CliRun.RunAsync("layout", file)).Failed(ExitCode.Malformed, "is no .NET assembly");
        }
    }

    [Fact]
    public void Assemblies_CutAnywhere_AreRefusedOrRead()
    {
        int refused = 0;
        for (int length = 0; length < Assembly.Length; length += 37)
        {
            refused += Try(Assembly[..length]);
        }

        Assert.True(refused > 10, $"{refused}");
    }

    [Fact]
    public void Assemblies_WithAnyBytesChanged_AreRefusedOrRead() => SeededRandom.ForEach(1500, random =>
    {
        byte[] bytes = [.. Assembly];
        for (int i = random.Next(1, 20); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        Try(bytes);
    });

    /// <summary>Layouts that no generator writes, in an assembly that is whole.</summary>
    [Theory]
    [InlineData("[assembly: ContractLayout(\".A\", \"contract{B:.A}\")]", "contains itself")]
    [InlineData("[assembly: ContractLayout(\".A\", \"contract{B:.C}\")]", "there is no layout of '.C'")]
    [InlineData("[assembly: ContractLayout(null, null)]", "has no name or no layout")]
    [InlineData("[assembly: ContractLayout(\".A\", \"\")]", "none of contract, record")]
    public void Assemblies_WithLayoutsThatCannotBe_AreRefused(string attribute, string message)
    {
        CliException exception = Assert.Throws<CliException>(() => AssemblyLayouts.Read("x.dll", new GeneratorRun($"#nullable disable\nusing Cairn.Contracts;\n{attribute}").Compile()));
        Assert.Equal(ExitCode.Malformed, exception.ExitCode);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static int Try(byte[] bytes)
    {
        try
        {
            AssemblyLayouts.Read("x.dll", bytes);
            return 0;
        }
        catch (CliException exception)
        {
            Assert.Equal(ExitCode.Malformed, exception.ExitCode);
            return 1;
        }
    }

    private static string Save(TemporaryDirectory directory)
    {
        string file = directory.PathOf("Shop.dll");
        File.WriteAllBytes(file, Assembly);
        return file;
    }
}
