using System.Globalization;
using Cairn.Contracts;
using Cairn.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Cairn.Examples.Hosted;

/// <summary>Commits blocks of beats, reads back what the contract holds, says how the store is, and ends the program.</summary>
internal sealed class Worker(StateStore store, ContractSessions sessions, HealthCheckService health, IHostApplicationLifetime lifetime, int blocks) : BackgroundService
{
    private static readonly Address Contract = Address.Parse("0x00000000000000000000000000000000000000b1");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (int block = 0; block < blocks && !stoppingToken.IsCancellationRequested; block++)
        {
            await CommitAsync(stoppingToken);
        }

        Show();
        HealthReport report = await health.CheckHealthAsync(stoppingToken);
        Console.WriteLine($"health: {report.Status}");
        lifetime.StopApplication();
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        using BlockDraft draft = store.CreateDraft(new BlockHeight((store.Height?.Value ?? 0) + 1));
        StorageSession session = sessions.Open(draft);
        Heartbeat heartbeat = Heartbeat.Open(session.Open(Contract));

        // The height stands for the clock, so that every run gives the same roots.
        heartbeat.Beat(draft.Height.Value % 3 == 0 ? "echo" : "worker", DateTimeOffset.UnixEpoch.AddMinutes(draft.Height.Value));
        session.Flush();
        CommittedBlock block = await store.CommitAsync(draft, cancellationToken: cancellationToken);
        Console.WriteLine($"block {block.Height}: {block.Root}");
    }

    private void Show()
    {
        using StateView view = store.OpenView();
        Heartbeat heartbeat = Heartbeat.Open(sessions.Open(view).Open(Contract));
        Console.WriteLine($"{heartbeat.Beats} beats, the newest at {heartbeat.Newest.ToString("HH:mm", CultureInfo.InvariantCulture)}");
        foreach ((string sender, ulong beats) in heartbeat.BeatsBySender)
        {
            Console.WriteLine($"  {sender}: {beats}");
        }
    }
}
