using System.CommandLine;
using System.Text;
using Cairn.Cli.Layouts;
using Cairn.Cli.Output;
using Cairn.Contracts.Generator.Layouts;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn layout</c>: how the contracts of a compiled assembly lay out their storage; also writes the file that the compiler compares them with.</summary>
internal static class LayoutCommand
{
    private sealed record Request(string Assembly, string? Contract, string? File, bool AsJson);

    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Argument<string> assembly = new("ASSEMBLY") { Description = "The compiled assembly, a .dll. None of its code runs" };
        Option<string?> contract = new("--contract") { HelpName = "NAME", Description = "Only this contract or record, with or without its namespace, and the records in it" };
        Option<string?> write = new("--write") { HelpName = "FILE", Description = "Write the layouts of all contracts to FILE, usually Contracts.layout, instead; an existing one is replaced" };
        Option<bool> json = CommonOptions.Json("Print {\"kind\":…,\"name\":…,\"size\":…,\"fields\":[{\"name\":…,\"offset\":…,\"size\":…,\"type\":…,\"slots\":[…],\"moreSlots\":…}]} for each; null where it is known at run time only");
        CliCommand command = new(
            "layout",
            "Print how the contracts of a compiled assembly lay out their storage: offset, size and type of each field, and which offsets refer to other slots.",
            "Contracts begin at the slot that their root record refers to, records wherever they are contained. A field refers to the slot SHA3-256(slot, offset) of each offset\n"
            + "under 'slots'. The file that --write makes belongs into the repository: the compiler then refuses changes that would misread what is stored (docs/contracts.md).",
            "cairn layout bin/Release/net10.0/Shop.dll",
            "cairn layout bin/Release/net10.0/Shop.dll --contract Market --json",
            "cairn layout bin/Release/net10.0/Shop.dll --write Contracts.layout")
        {
            assembly, contract, write, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(write) is not null && (result.GetResult(contract) is not null || result.GetResult(json) is not null))
            {
                result.AddError("--write is for all contracts, in its own form: without --contract and --json");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(streams, new Request(parsed.GetRequiredValue(assembly), parsed.GetValue(contract), parsed.GetValue(write), parsed.GetValue(json)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, Request request, CancellationToken cancellationToken)
    {
        LayoutSet layouts = await AssemblyLayouts.ReadAsync(request.Assembly, cancellationToken);
        if (request.File is not null)
        {
            await WriteFileAsync(request, layouts, cancellationToken);
            return ExitCode.Fine;
        }

        Layout[] chosen = [.. request.Contract is null ? layouts.All : Find(layouts, request.Assembly, request.Contract)];
        if (request.AsJson)
        {
            LayoutOutput.WriteJson(streams.Output, layouts, chosen);
        }
        else
        {
            LayoutOutput.WriteTables(streams.Output, layouts, chosen);
        }

        return ExitCode.Fine;
    }

    private static IEnumerable<Layout> Find(LayoutSet layouts, string assembly, string name)
    {
        Layout[] found = layouts.Find(name) is { } exact ? [exact] : [.. layouts.All.Where(layout => layout.Name.EndsWith("." + name, StringComparison.Ordinal))];
        return found switch
        {
            [Layout one] => layouts.ReachableFrom(one),
            [] => throw new CliException(ExitCode.NotFound, $"'{assembly}' has no contract or record '{name}'; it has {(layouts.All.Any() ? string.Join(", ", layouts.All.Select(static layout => layout.Name).Take(20)) : "none at all")}."),
            _ => throw new CliException(ExitCode.Malformed, $"'{name}' is one of {string.Join(", ", found.Select(static layout => layout.Name))}; give the namespace too."),
        };
    }

    /// <summary>Writes the file beside its place and moves it there, so that it is whole at any time.</summary>
    private static async Task WriteFileAsync(Request request, LayoutSet layouts, CancellationToken cancellationToken)
    {
        string text;
        try
        {
            text = LayoutFile.Write(layouts);
        }
        catch (LayoutTextException exception)
        {
            throw new CliException(ExitCode.Refused, $"'{request.Assembly}' cannot be written down: {exception.Message}.");
        }

        if (Directory.Exists(request.File))
        {
            throw new CliException(ExitCode.Malformed, $"'{request.File}' is a directory; give the name of a file.");
        }

        string part = request.File + ".part";
        await File.WriteAllTextAsync(part, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
        File.Move(part, request.File!, overwrite: true);
    }
}
