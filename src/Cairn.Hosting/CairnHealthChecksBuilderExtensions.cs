using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Cairn.Hosting;

/// <summary>Adds the health check of a store.</summary>
public static class CairnHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of a store of <c>AddCairn</c>. It looks at what the store counts anyway, and does not open it. Unhealthy: not open, closed, or a write has failed. Degraded: read-only where writes are expected, commits are
    /// about to wait for the disk, the disk reserve is not there, old log cannot be removed, cleaning failed. The data of the report tell the numbers.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="store">The name of the store; null for the one without.</param>
    /// <param name="name">The name of the check; null for <c>cairn</c>, or <c>cairn-NAME</c> for a store with a name.</param>
    /// <param name="failureStatus">What is reported for an unhealthy store; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to filter by; null for none.</param>
    /// <param name="timeout">How long it may take; null for the default of health checks.</param>
    /// <param name="configure">Sets what the check asks; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option of the check is out of range.</exception>
    public static IHealthChecksBuilder AddCairn(
        this IHealthChecksBuilder builder,
        string? store = null,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null,
        Action<CairnHealthOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        CairnHealthOptions options = new();
        configure?.Invoke(options);
        if (options.BacklogShare is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(configure), options.BacklogShare, $"{nameof(CairnHealthOptions.BacklogShare)} is above 0 and at most 1.");
        }

        string key = store ?? Options.DefaultName;
        name ??= key.Length == 0 ? "cairn" : $"cairn-{key}";
        return builder.Add(new HealthCheckRegistration(name, provider => new StoreHealthCheck(provider.GetRequiredKeyedService<StoreOpener>(key), options), failureStatus, tags, timeout));
    }
}
