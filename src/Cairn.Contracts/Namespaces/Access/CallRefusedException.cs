using System.Globalization;

namespace Cairn.Contracts.Namespaces.Access;

/// <summary>A signed call is refused. Nothing was changed.</summary>
public sealed class CallRefusedException : StateStoreException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="principal">The id of the principal; empty when the key is none.</param>
    /// <param name="expected">The next nonce, or the last height the call is valid for; 0 otherwise.</param>
    /// <param name="found">The nonce of the call, or the height of the block; 0 otherwise.</param>
    public CallRefusedException(CallRefusal refusal, string principal, ulong expected = 0, ulong found = 0)
        : base(Describe(refusal, principal, expected, found), RecoveryAction.FixTheCall)
    {
        Refusal = refusal;
        Principal = principal;
        Expected = expected;
        Found = found;
    }

    /// <summary>Why.</summary>
    public CallRefusal Refusal { get; }

    /// <summary>The id of the principal; empty when the key is none.</summary>
    public string Principal { get; }

    /// <summary>The next nonce, or the last height the call is valid for; 0 otherwise.</summary>
    public ulong Expected { get; }

    /// <summary>The nonce of the call, or the height of the block; 0 otherwise.</summary>
    public ulong Found { get; }

    private static string Describe(CallRefusal refusal, string principal, ulong expected, ulong found) => refusal switch
    {
        CallRefusal.BadKey => "The public key of the call is no point of P-256.",
        CallRefusal.BadSignature => $"The signature is not that of '{principal}' over this call.",
        CallRefusal.Expired => string.Create(CultureInfo.InvariantCulture, $"The call of '{principal}' is valid up to height {expected}; the block has height {found}. Sign it again."),
        _ => string.Create(CultureInfo.InvariantCulture, $"The next nonce of '{principal}' is {expected}; the call has {found}."),
    };
}
