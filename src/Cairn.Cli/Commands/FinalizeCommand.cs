using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn finalize</c>: makes a height final.</summary>
internal static class FinalizeCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Argument<BlockHeight?> height = CommonOptions.HeightArgument("HEIGHT", "The height: the newest block at or below it becomes final", isRequired: true);
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print {\"finalizedHeight\":…}");
        CliCommand command = new(
            "finalize",
            "Make a height final: the chain is never taken back below it.",
            "Prints the height of the block that is final now. Finality only moves up, and is not taken back. The store must not be open for writing elsewhere.",
            "cairn finalize 1200 --store my-store")
        {
            height, store, json,
        };
        command.SetAction((parsed, cancellationToken) => StoreAccess.KeepUpAsync(
            parsed.GetRequiredValue(store),
            async opened =>
            {
                BlockHeight final = await opened.FinalizeAsync(parsed.GetValue(height)!.Value, cancellationToken);
                if (parsed.GetValue(json))
                {
                    JsonLine.Write(streams.Output, writer => writer.WriteNumber("finalizedHeight", final.Value));
                }
                else
                {
                    streams.Output.WriteLine($"{final}");
                }
            },
            cancellationToken));
        return command;
    }
}
