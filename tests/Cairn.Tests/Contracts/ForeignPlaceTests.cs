using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>The same tests in a process with Turkish letters and numbers and a time zone of its own: roots, layouts and the order of keys know neither.</summary>
public sealed class ForeignPlaceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Vectors, models of map and list, encodings, generated code, descriptions of layouts; the compiler and its errors, bytecode, commands of the language and programs with known answers and roots; namespaces with their records and the audit.</summary>
    private static readonly string[] Classes =
    [
        "Contracts.LayoutVectorTests", "Contracts.StorageMapTests", "Contracts.StorageListTests", "Contracts.EncodingTests", "Contracts.WideIntegerTests", "Contracts.TokenTests", "Contracts.Generated.GeneratedAccessorsTests",
        "Contracts.Generated.ContractGeneratorTests", "Contracts.Layouts.LayoutFileTests", "Vm.Machines.CommandVectorTests", "Vm.Running.KnownAnswerTests",
        "Vm.RoundTripTests", "Vm.Language.CompilerTests", "Vm.Language.CompileErrorTests", "Vm.Bytecode.BytecodeReaderTests",
        .. ((string[])["StatePathTests", "KnownAnswerTests", "NamespaceStoreTests", "NamespaceCatalogTests", "RoleTests", "AuditTests", "NamespaceRecordTests"]).Select(name => $"Contracts.Namespaces.{name}"),
    ];

    [Theory]
    [InlineData("turkish")]
    [InlineData("german")]
    public async Task ModelTests_InAnotherPlace_FindTheSame(string place)
    {
        (int code, string output) = await RunAsync(place, isInvariant: false);
        if (output.Contains("ICU", StringComparison.Ordinal) && code != 0)
        {
            // No data of countries on this machine: numbers and dates are foreign all the same.
            (code, output) = await RunAsync("numbers", isInvariant: true);
        }

        Assert.True(code == 0, output);
        Assert.Matches("Total: [1-9][0-9][0-9], Errors: 0, Failed: 0", output);
    }

    [Fact]
    public async Task PlaceWithoutDataOfCountries_ChangesNothing()
    {
        (int code, string output) = await RunAsync("numbers", isInvariant: true);
        Assert.True(code == 0, output);
        Assert.Matches("Total: [1-9][0-9][0-9], Errors: 0, Failed: 0", output);
    }

    private static async Task<(int Code, string Output)> RunAsync(string place, bool isInvariant)
    {
        using TemporaryDirectory directory = new();
        string program = typeof(ForeignPlaceTests).Assembly.Location;
        JsonNode options = JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(program, ".runtimeconfig.json"), TestContext.Current.CancellationToken))!;
        JsonNode properties = options["runtimeOptions"]!["configProperties"]!;
        (properties["System.Globalization.Invariant"], properties["System.Globalization.PredefinedCulturesOnly"]) = (isInvariant, isInvariant);
        string file = directory.PathOf("runtimeconfig.json");
        await File.WriteAllTextAsync(file, options.ToJsonString(), TestContext.Current.CancellationToken);
        ProcessStartInfo start = new("dotnet", ["exec", "--runtimeconfig", file, program, "-noColor", .. Classes.SelectMany(name => new[] { "-class", $"Cairn.Tests.{name}" })])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TZ"] = ForeignPlace.Zone;
        start.Environment[ForeignPlace.Variable] = place;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        using CancellationTokenSource patience = new(Patience);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output + await error);
    }
}
