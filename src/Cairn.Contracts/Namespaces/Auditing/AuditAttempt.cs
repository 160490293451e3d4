namespace Cairn.Contracts.Namespaces.Auditing;

/// <summary>An attempt that was refused. It stays known when what it was part of is taken back.</summary>
/// <param name="Principal">Who tried; <c>anonymous</c> for nobody.</param>
/// <param name="Action">What.</param>
/// <param name="Outcome">Why it was refused.</param>
/// <param name="Namespace">Where; <c>global</c> for the namespace around all others.</param>
/// <param name="Key">The key it was about; empty when it was about none.</param>
/// <param name="Details">What else there is to say.</param>
public sealed record AuditAttempt(string Principal, AuditAction Action, AuditOutcome Outcome, string Namespace, string Key, string Details);
