namespace Cairn.Contracts.Namespaces.Access;

/// <summary>Why a signed call is refused.</summary>
public enum CallRefusal
{
    /// <summary>The public key is no point of P-256.</summary>
    BadKey,

    /// <summary>The signature is not that of the key over this call, in this domain.</summary>
    BadSignature,

    /// <summary>The block is above the last height the call is valid for.</summary>
    Expired,

    /// <summary>The nonce is not the next one of the principal: the call counted already, or one before it is missing.</summary>
    WrongNonce,
}
