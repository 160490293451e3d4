using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cairn.Cli.Output;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Registry;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn contract</c>: the contracts of a store.</summary>
internal static class ContractCommand
{
    private const int PageContracts = 256;

    /// <summary>Makes the command with those that are part of it.</summary>
    public static Command Create(CliStreams streams) => new CliCommand(
        "contract",
        "Print the contracts of a store.",
        "",
        "cairn contract list --store my-store",
        "cairn contract show --store my-store token")
    {
        CreateList(streams), CreateShow(streams),
    };

    private static CliCommand CreateList(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string?> prefix = new("--prefix") { HelpName = "P", Description = "Only contracts whose ids begin with P: text, or 0x and hexadecimal digits" };
        Option<long?> limit = CommonOptions.Number("--limit", "Print at most N contracts");
        Option<BlockHeight?> at = CommonOptions.At();
        Option<bool> json = CommonOptions.Json("Print each contract as 'contract show --json' does, without statistics");
        CliCommand command = new(
            "list",
            "Print the contracts in the order of their ids: ID TYPE STATE NAME.",
            "Tabs are between. An id is text, or 0x and hexadecimal digits. STATE is active or inactive.",
            "cairn contract list --store my-store",
            "cairn contract list --store my-store --prefix bank/ --json")
        {
            store, prefix, limit, at, json,
        };
        command.SetAction((parsed, cancellationToken) =>
            ListAsync(streams, parsed.GetRequiredValue(store), parsed.GetValue(prefix), parsed.GetValue(limit) ?? long.MaxValue, parsed.GetValue(at), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static CliCommand CreateShow(CliStreams streams)
    {
        Argument<string> id = new("ID") { Description = "The contract: text, or 0x and hexadecimal digits" };
        Option<string> store = CommonOptions.Store();
        Option<BlockHeight?> at = CommonOptions.At();
        Option<bool> json = CommonOptions.Json("Print one object");
        CliCommand command = new(
            "show",
            "Print what is known of a contract, and what its executions come to.",
            "The score is 0.6 x success rate + 0.3 x gas efficiency + 0.1 x (1 - penalty of slow ones); above 0.8 healthy, above 0.6 a warning, otherwise critical.",
            "cairn contract show --store my-store token",
            "cairn contract show --store my-store 0x00000000000000000000000000000000000000aa --json")
        {
            id, store, at, json,
        };
        command.SetAction((parsed, cancellationToken) =>
            ShowAsync(streams, parsed.GetRequiredValue(store), ContractArguments.Parse(parsed.GetRequiredValue(id)), parsed.GetValue(at), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> ListAsync(CliStreams streams, string location, string? prefixText, long limit, BlockHeight? at, bool asJson, CancellationToken cancellationToken)
    {
        byte[] prefix = string.IsNullOrEmpty(prefixText) ? [] : ContractArguments.Parse(prefixText).ToArray();
        await using StateStore store = await StoreAccess.OpenForReadingAsync(location, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, at);
        ContractRegistry registry = new(view);
        ContractId? from = null;
        while (limit > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RegistryPage page = registry.List(prefix, from, (int)Math.Min(limit, PageContracts));
            foreach (ContractMetadata contract in page.Contracts)
            {
                WriteLine(streams.Output, contract, asJson);
            }

            limit = page.Next is null ? 0 : limit - page.Contracts.Count;
            from = page.Next;
        }

        return ExitCode.Fine;
    }

    private static async Task<int> ShowAsync(CliStreams streams, string location, ContractId id, BlockHeight? at, bool asJson, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForReadingAsync(location, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, at);
        if (!new ContractRegistry(view).TryGet(id, out ContractMetadata? contract))
        {
            throw new CliException(ExitCode.NotFound, $"there is no contract '{id}'.");
        }

        ContractStatistics statistics = new(new ExecutionHistory(view).TotalsOf(id));
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                WriteFields(writer, contract);
                WriteStatistics(writer, statistics);
            });
            return ExitCode.Fine;
        }

        WriteTable(streams.Output, contract, statistics);
        return ExitCode.Fine;
    }

    private static void WriteLine(OutputStream output, ContractMetadata contract, bool asJson)
    {
        if (asJson)
        {
            JsonLine.Write(output, writer => WriteFields(writer, contract));
            return;
        }

        output.WriteLine($"{contract.Id}\t{NameOf(contract.Type)}\t{(contract.IsActive ? "active" : "inactive")}\t{ContractArguments.OneLine(contract.Name)}");
    }

    private static void WriteTable(OutputStream output, ContractMetadata contract, ContractStatistics statistics)
    {
        output.WriteLine($"id           {contract.Id}");
        output.WriteLine($"name         {ContractArguments.OneLine(contract.Name)}");
        output.WriteLine($"description  {ContractArguments.OneLine(contract.Description)}");
        output.WriteLine($"type         {ContractArguments.OneLine(DescriptionOf(contract.Type))}");
        output.WriteLine($"state        {(contract.IsActive ? "active" : "inactive")}");
        output.WriteLine($"owner        {contract.Owner}");
        output.WriteLine($"deployed     {TimeText.OrDash(contract.DeployedAtTicks)}");
        output.WriteLine($"transaction  {contract.DeploymentTransaction?.ToString() ?? "-"}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"executions   {statistics.Executions}, {statistics.Failures} failed"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"average      {statistics.AverageGas:F0} gas, {statistics.AverageTime.TotalMilliseconds:F3} ms"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"score        {statistics.Score:F3} {StatusOf(statistics)}"));
        foreach (string advice in statistics.Recommendations())
        {
            output.WriteLine($"advice       {advice}");
        }
    }

    private static void WriteFields(Utf8JsonWriter writer, ContractMetadata contract)
    {
        writer.WriteString("id", contract.Id.ToString());
        writer.WriteString("name", contract.Name);
        writer.WriteString("description", contract.Description);
        writer.WriteString("type", NameOf(contract.Type));
        switch (contract.Type)
        {
            case ContractType.Wasm wasm:
                writer.WriteNumber("codeBytes", wasm.CodeBytes);
                writer.WriteString("codeHash", wasm.CodeHash.ToString());
                if (wasm.AbiBytes is { } abi)
                {
                    writer.WriteNumber("abiBytes", abi);
                }
                else
                {
                    writer.WriteNull("abiBytes");
                }

                break;
            case ContractType.PrivacyEnhanced circuit:
                writer.WriteString("circuitId", circuit.CircuitId);
                break;
            case ContractType.BuiltIn builtIn:
                writer.WriteString("builtIn", builtIn.Name);
                writer.BytesOrNull("parameters", builtIn.Parameters?.ToArray());
                break;
        }

        writer.WriteBoolean("active", contract.IsActive);
        writer.WriteString("owner", contract.Owner.ToString());
        writer.Time("deployedAt", contract.DeployedAtTicks);
        writer.WriteString("transaction", contract.DeploymentTransaction?.ToString());
    }

    private static void WriteStatistics(Utf8JsonWriter writer, ContractStatistics statistics)
    {
        writer.WriteNumber("executions", statistics.Executions);
        writer.WriteNumber("failures", statistics.Failures);
        writer.WriteNumber("averageGas", statistics.AverageGas);
        writer.WriteNumber("averageMilliseconds", statistics.AverageTime.TotalMilliseconds);
        writer.WriteNumber("score", statistics.Score);
        writer.WriteString("status", StatusOf(statistics));
        writer.WriteStartArray("recommendations");
        foreach (string advice in statistics.Recommendations())
        {
            writer.WriteStringValue(advice);
        }

        writer.WriteEndArray();
    }

    private static string StatusOf(ContractStatistics statistics) => statistics.Status switch
    {
        ContractHealthStatus.Healthy => "healthy",
        ContractHealthStatus.Warning => "warning",
        _ => "critical",
    };

    private static string NameOf(ContractType type) => type switch
    {
        ContractType.Wasm => "wasm",
        ContractType.PrivacyEnhanced => "privacy-enhanced",
        _ => "built-in",
    };

    private static string DescriptionOf(ContractType type) => type switch
    {
        ContractType.Wasm wasm => $"wasm, {wasm.CodeBytes} bytes, SHA-256 {wasm.CodeHash}, {(wasm.AbiBytes is { } abi ? $"ABI of {abi} bytes" : "no ABI")}",
        ContractType.PrivacyEnhanced circuit => $"privacy-enhanced, circuit {circuit.CircuitId}",
        ContractType.BuiltIn builtIn => $"built-in, {builtIn.Name}, {(builtIn.Parameters is { } parameters ? $"parameters of {parameters.Length} bytes" : "no parameters")}",
        _ => "",
    };
}
