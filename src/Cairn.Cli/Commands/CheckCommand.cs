using System.CommandLine;
using System.Text.Json;
using Cairn.Checking;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn check</c>: looks at every byte of a store.</summary>
internal static class CheckCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print {\"sound\":…,\"height\":…,\"root\":\"…\",\"records\":…,\"pages\":…,\"entries\":…,\"tornBytes\":…,\"unknownFiles\":[…],\"faults\":[{\"file\":…,\"offset\":…,\"what\":…,\"expected\":…,\"found\":…}]}");
        CliCommand command = new(
            "check",
            "Check every byte of a store.",
            "Checksums, order, cuts, counts, hashes, the chain of the log with its rewinds, the manifest, holds, marks, history runs, named snapshots. Names each fault with file and offset, and files that belong to nothing. Never writes; nobody may be writing meanwhile.",
            "cairn check --store my-store")
        {
            store, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(streams, parsed.GetRequiredValue(store), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, bool asJson, CancellationToken cancellationToken)
    {
        CheckReport report = await StoreChecker.CheckAsync(location, cancellationToken: cancellationToken);
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer => WriteJson(writer, report));
            return report.IsSound ? ExitCode.Fine : ExitCode.Damaged;
        }

        foreach (CheckFault fault in report.Faults)
        {
            streams.Output.WriteLine(fault.ToString());
        }

        foreach (string unknown in report.UnknownFiles)
        {
            streams.Output.WriteLine($"{unknown}: belongs to nothing in the store; no damage");
        }

        if (!report.IsSound)
        {
            string faults = report.Faults.Count == 1 ? "1 fault" : $"{report.Faults.Count} faults";
            throw new CliException(ExitCode.Damaged, $"{faults} in '{location}'; {Extent(report)}. Nothing was changed; restore what is named from a backup or another node.");
        }

        streams.Output.WriteLine("sound: " + Extent(report));
        if (report.TornBytes > 0)
        {
            streams.Output.WriteLine($"{report.TornBytes} bytes at the end of {report.TornFile} are an interrupted write that was never acknowledged; the next opening for writing cuts them off");
        }

        return ExitCode.Fine;
    }

    /// <summary>What a check looked at, in words.</summary>
    public static string Extent(CheckReport report) => $"{report.Records} records, {report.Pages} pages, {report.Entries} entries looked at";

    private static void WriteJson(Utf8JsonWriter writer, CheckReport report)
    {
        writer.WriteBoolean("sound", report.IsSound);
        writer.Height("height", report.Height);
        writer.WriteString("root", report.Root?.ToString());
        writer.WriteNumber("records", report.Records);
        writer.WriteNumber("pages", report.Pages);
        writer.WriteNumber("entries", report.Entries);
        writer.WriteNumber("tornBytes", report.TornBytes);
        writer.WriteStartArray("unknownFiles");
        foreach (string unknown in report.UnknownFiles)
        {
            writer.WriteStringValue(unknown);
        }

        writer.WriteEndArray();
        WriteFaults(writer, report.Faults);
    }

    /// <summary>Writes faults as a field.</summary>
    public static void WriteFaults(Utf8JsonWriter writer, IReadOnlyList<CheckFault> faults)
    {
        writer.WriteStartArray("faults");
        foreach (CheckFault fault in faults)
        {
            writer.WriteStartObject();
            writer.WriteString("file", fault.File);
            writer.WriteNumber("offset", fault.Offset);
            writer.WriteString("what", fault.What);
            writer.WriteString("expected", fault.Expected);
            writer.WriteString("found", fault.Found);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
