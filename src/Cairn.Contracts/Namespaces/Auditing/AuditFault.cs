namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>The first record of an audit chain that is not what it should be.</summary>
/// <param name="Number">Its number.</param>
/// <param name="What">What of it is wrong.</param>
/// <param name="Expected">What it should be.</param>
/// <param name="Found">What it is.</param>
public sealed record AuditFault(ulong Number, string What, string Expected, string Found);
