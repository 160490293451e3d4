using Cairn.Contracts.Namespaces.Auditing;

namespace Cairn.Contracts.Namespaces.Access;

/// <summary>A principal lacks the role that an operation needs. Nothing was changed; the attempt is in the audit, reads only where that is asked for.</summary>
public sealed class AccessDeniedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="principal">Who tried.</param>
    /// <param name="action">What.</param>
    /// <param name="namespacePath">Where a role is missing; <c>global</c> for the namespace around all others.</param>
    /// <param name="key">The key it was about; null when it was about none.</param>
    /// <param name="required">The role it takes.</param>
    /// <param name="found">The role there is.</param>
    public AccessDeniedException(string principal, AuditAction action, string namespacePath, string? key, Role required, Role found)
        : base(
            $"{action} is denied to '{principal}'{(key is null ? "" : $" at '{key}'")}: it takes role {Text(required)} in namespace '{namespacePath}', and there is {(found == Role.None ? "none" : Text(found))}. Let an admin there grant it.",
            RecoveryAction.FixTheCall)
    {
        Principal = principal;
        Action = action;
        Namespace = namespacePath;
        Key = key;
        Required = required;
        Found = found;
    }

    /// <summary>Who tried.</summary>
    public string Principal { get; }

    /// <summary>What.</summary>
    public AuditAction Action { get; }

    /// <summary>Where a role is missing.</summary>
    public string Namespace { get; }

    /// <summary>The key it was about; null when it was about none.</summary>
    public string? Key { get; }

    /// <summary>The role it takes.</summary>
    public Role Required { get; }

    /// <summary>The role there is.</summary>
    public Role Found { get; }

    private static string Text(Role role) => role switch
    {
        Role.Reader => "reader",
        Role.Writer => "writer",
        _ => "admin",
    };
}
