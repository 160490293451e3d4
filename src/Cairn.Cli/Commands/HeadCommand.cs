using System.CommandLine;
using Cairn.Cli.Output;

namespace Cairn.Cli.Commands;

/// <summary><c>cairn root</c>: the height and the state root of the newest block.</summary>
internal static class HeadCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CliStreams streams)
    {
        Option<string> store = CommonOptions.Store();
        Option<bool> json = CommonOptions.Json("Print {\"height\":…,\"time\":…,\"root\":\"…\"}");
        Option<BlockHeight?> at = CommonOptions.At();
        CliCommand command = new("root", "Print the height and the state root of the newest block, or of one before it: HEIGHT ROOT.", "", "cairn root --store my-store", "cairn root --store my-store --at 4900000") { store, at, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(streams, parsed.GetRequiredValue(store), parsed.GetValue(at), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliStreams streams, string location, BlockHeight? at, bool asJson, CancellationToken cancellationToken)
    {
        await using StateStore store = await StoreAccess.OpenForReadingAsync(location, cancellationToken);
        using StateView view = StoreAccess.ViewOf(store, at);
        BlockHeight height = StoreAccess.HeightOf(view, location);
        if (asJson)
        {
            JsonLine.Write(streams.Output, writer =>
            {
                writer.Height("height", height);
                writer.Time("time", view.TimeTicks);
                writer.WriteString("root", view.Root.ToString());
            });
        }
        else
        {
            streams.Output.WriteLine($"{height} {view.Root}");
        }

        return ExitCode.Fine;
    }
}
