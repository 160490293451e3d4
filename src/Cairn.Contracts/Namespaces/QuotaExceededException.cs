using System.Globalization;

namespace Cairn.Contracts.Namespaces;

/// <summary>A write, or a batch of them, would exceed a quota. Nothing was changed; the attempt is in the audit.</summary>
public sealed class QuotaExceededException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="kind">Whose quota, and of what.</param>
    /// <param name="name">The id of the account, or the path of the namespace.</param>
    /// <param name="used">What is used.</param>
    /// <param name="asked">How much more was asked for.</param>
    /// <param name="limit">The quota.</param>
    public QuotaExceededException(QuotaKind kind, string name, ulong used, ulong asked, ulong limit)
        : base(
            string.Create(CultureInfo.InvariantCulture, $"{(kind == QuotaKind.AccountBytes ? "Account" : "Namespace")} '{name}' has {used} of {limit} {(kind == QuotaKind.NamespaceKeys ? "keys" : "bytes")} in use; {asked} more would exceed its quota. Delete something, or let an admin raise the quota."),
            RecoveryAction.FixTheCall)
    {
        Kind = kind;
        Name = name;
        Used = used;
        Asked = asked;
        Limit = limit;
    }

    /// <summary>Whose quota, and of what.</summary>
    public QuotaKind Kind { get; }

    /// <summary>The id of the account, or the path of the namespace.</summary>
    public string Name { get; }

    /// <summary>What is used.</summary>
    public ulong Used { get; }

    /// <summary>How much more was asked for.</summary>
    public ulong Asked { get; }

    /// <summary>The quota.</summary>
    public ulong Limit { get; }
}
