using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cairn.Hosting;

/// <summary>Names a store of the host.</summary>
/// <param name="Name">Its name; empty for the one without.</param>
internal sealed record StoreRegistration(string Name);

/// <summary>
/// Opens the stores of a host before any of its services starts, and closes them after all have stopped, so that no service meets a store that is not open. Opened in the order of their registration, closed in the reverse one.
/// Where the host does not come to stopping, the container closes them.
/// </summary>
internal sealed class StoreLifetime(IEnumerable<StoreRegistration> registrations, IServiceProvider services) : IHostedLifecycleService
{
    private readonly StoreOpener[] _openers = [.. registrations.Select(registration => services.GetRequiredKeyedService<StoreOpener>(registration.Name))];

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (StoreOpener opener in _openers)
        {
            await opener.OpenAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        // Each is closed, whatever happens to the others; what was committed is safe in any case.
        List<ExceptionDispatchInfo> failures = [];
        foreach (StoreOpener opener in _openers.Reverse())
        {
            try
            {
                await opener.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or StateStoreException)
            {
                failures.Add(ExceptionDispatchInfo.Capture(exception));
            }
        }

        if (failures.Count > 0)
        {
            failures[0].Throw();
        }
    }
}
