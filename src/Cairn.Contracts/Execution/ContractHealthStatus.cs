namespace Cairn.Contracts.Execution;

/// <summary>How a contract does.</summary>
public enum ContractHealthStatus
{
    /// <summary>A score above 0.8.</summary>
    Healthy,

    /// <summary>A score above 0.6.</summary>
    Warning,

    /// <summary>A score of 0.6 or less.</summary>
    Critical,
}
