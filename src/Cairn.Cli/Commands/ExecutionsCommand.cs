using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Output;
using Cairn.Contracts.Execution;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn executions</c>: the history of executions.</summary>
internal static class ExecutionsCommand
{
    private const long DefaultLimit = 100;

    private sealed record Request(string Store, string? Contract, string? Archives, long Limit, BlockHeight? At, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<string?> contract = new("--contract") { HelpName = "ID", Description = "Only those of this contract: text, or 0x and hexadecimal digits" };
        Option<string?> archives = new("--archives") { HelpName = "DIRECTORY", Description = "Also those in the archives of the store, which are in this directory" };
        Option<long?> limit = CommonOptions.Number("--limit", "Print at most N executions. Default: 100");
        Option<BlockHeight?> at = CommonOptions.At();
        Option<bool> json = CommonOptions.Json("Print each execution as one object");
        CliCommand command = new(
            "executions",
            "Print executions of contracts, the newest first: TIME HEIGHT CONTRACT FUNCTION GAS RESULT ID.",
            "Tabs are between. RESULT is ok, or the text of the error.",
            "cairn executions --store my-store --contract token --limit 20",
            "cairn executions --store my-store --archives my-archives --json")
        {
            store, contract, archives, limit, at, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            streams,
            new Request(parsed.GetRequiredValue(store), parsed.GetValue(contract), parsed.GetValue(archives), parsed.GetValue(limit) ?? DefaultLimit, parsed.GetValue(at), parsed.GetValue(json)),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        ExecutionQuery query = new() { Contract = request.Contract is null ? null : ContractArguments.Parse(request.Contract), IncludesArchives = request.Archives is not null };
        await using StateStore store = await StoreAccess.OpenForReadingAsync(request.Store, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, request.At);
        ExecutionHistory history = new(view, string.IsNullOrEmpty(request.Archives) ? null : new ExecutionArchives(request.Archives));
        long left = request.Limit;
        foreach (ExecutionRecord record in history.Read(query))
        {
            if (left-- == 0)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            Write(streams.Output, record, request.AsJson);
        }

        return ExitCode.Fine;
    }

    private static void Write(OutputStream output, ExecutionRecord record, bool asJson)
    {
        if (!asJson)
        {
            string result = record.IsSuccess ? "ok" : record.Error ?? "failed";
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{TimeText.OrDash(record.TimeTicks)}\t{record.Height}\t{record.Contract}\t{ContractArguments.OneLine(record.Function)}\t{record.GasUsed}\t{ContractArguments.OneLine(result)}\t{record.Id}"));
            return;
        }

        JsonLine.Write(output, writer =>
        {
            writer.WriteString("id", record.Id.ToString());
            writer.WriteString("contract", record.Contract.ToString());
            writer.WriteString("function", record.Function);
            writer.WriteString("caller", record.Caller.ToString());
            writer.Height("height", record.Height);
            writer.Time("time", record.TimeTicks);
            writer.WriteNumber("durationTicks", record.Duration.Ticks);
            writer.WriteNumber("gasUsed", record.GasUsed);
            writer.WriteBoolean("success", record.IsSuccess);
            writer.WriteString("error", record.Error);
        });
    }
}
