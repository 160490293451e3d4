using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cairn.Contracts.Namespaces.Access;

/// <summary>
/// A call that its caller has signed with ECDSA over P-256 and SHA-256. What is signed: <c>docs/format.md</c>, "Signed call". The signature is r and s, 32 bytes each; both signatures of a pair (r, s) and (r, n − s) verify, so it is
/// no id of the call: the nonce is what makes it count once.
/// </summary>
public sealed record SignedCall
{
    /// <summary>The bytes of a public key: X and Y, big-endian.</summary>
    public const int PublicKeyBytes = 64;

    /// <summary>The bytes of a signature: r and s, big-endian.</summary>
    public const int SignatureBytes = 64;

    /// <summary>The longest text that names where a call is meant to count.</summary>
    public const int MaxDomainBytes = 255;

    private const int CoordinateBytes = PublicKeyBytes / 2;
    private const int IdBytes = 20;

    /// <summary>The public key of the caller. Not copied.</summary>
    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <summary>The nonce: 0 for the first call of the key, then one more each.</summary>
    public required ulong Nonce { get; init; }

    /// <summary>The last height of a block in which the call may count.</summary>
    public required BlockHeight LastHeight { get; init; }

    /// <summary>The digest of what is called, as the host defines it: of a program, usually the SHA-256 of its bytes.</summary>
    public required Hash256 Digest { get; init; }

    /// <summary>The signature. Not copied.</summary>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <summary>Signs a call.</summary>
    /// <param name="key">A key over P-256 with its private part.</param>
    /// <param name="domain">Where it is meant to count, such as the name of a network: 1 to <see cref="MaxDomainBytes"/> bytes of UTF-8.</param>
    /// <param name="nonce">The nonce.</param>
    /// <param name="lastHeight">The last height of a block in which it may count.</param>
    /// <param name="digest">The digest of what is called.</param>
    /// <exception cref="ArgumentException">The key is over another curve, or the domain is too long or empty.</exception>
    public static SignedCall Sign(ECDsa key, string domain, ulong nonce, BlockHeight lastHeight, Hash256 digest)
    {
        ArgumentNullException.ThrowIfNull(key);
        ECParameters parameters = key.ExportParameters(includePrivateParameters: false);
        if (parameters.Q.X is not { Length: CoordinateBytes } x || parameters.Q.Y is not { Length: CoordinateBytes } y)
        {
            throw new ArgumentException("The key is not over P-256.", nameof(key));
        }

        byte[] signature = key.SignData(Message(domain, nonce, lastHeight, digest), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return new SignedCall { PublicKey = (byte[])[.. x, .. y], Nonce = nonce, LastHeight = lastHeight, Digest = digest, Signature = signature };
    }

    /// <summary>The principal of a public key: <c>p256:</c> and the first 20 bytes of its SHA-256 in hexadecimal digits.</summary>
    /// <exception cref="ArgumentException">It does not have the length of one.</exception>
    public static Principal PrincipalOf(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeyBytes)
        {
            throw new ArgumentException($"A public key has {PublicKeyBytes} bytes, not {publicKey.Length}.", nameof(publicKey));
        }

        return new Principal("p256:" + Convert.ToHexStringLower(SHA256.HashData(publicKey).AsSpan(0, IdBytes)));
    }

    /// <summary>Verifies the signature. Whether the call may count is for <see cref="CallGate"/>.</summary>
    /// <param name="domain">Where it is meant to count.</param>
    /// <returns>Who called.</returns>
    /// <exception cref="CallRefusedException">The key is none, or the signature is not that of the key over this call.</exception>
    public Principal Verify(string domain)
    {
        if (PublicKey.Length != PublicKeyBytes)
        {
            throw new CallRefusedException(CallRefusal.BadKey, "");
        }

        Principal caller = PrincipalOf(PublicKey.Span);
        bool isSigned;
        try
        {
            using ECDsa key = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = PublicKey[..CoordinateBytes].ToArray(), Y = PublicKey[CoordinateBytes..].ToArray() },
            });
            isSigned = Signature.Length == SignatureBytes
                && key.VerifyData(Message(domain, Nonce, LastHeight, Digest), Signature.Span, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            throw new CallRefusedException(CallRefusal.BadKey, caller.Id);
        }

        return isSigned ? caller : throw new CallRefusedException(CallRefusal.BadSignature, caller.Id);
    }

    /// <summary>What is signed.</summary>
    private static byte[] Message(string domain, ulong nonce, BlockHeight lastHeight, Hash256 digest)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        int domainBytes = Utf8Text.CountChecked(domain, MaxDomainBytes, nameof(domain));
        byte[] message = new byte[SignedCallLayout.SizeBytes + domainBytes];
        SignedCallLayout.Tag.CopyTo(message);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(SignedCallLayout.NonceOffset), nonce);
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(SignedCallLayout.LastHeightOffset), lastHeight.Value);
        digest.CopyTo(message.AsSpan(SignedCallLayout.DigestOffset));
        message[SignedCallLayout.DomainLengthOffset] = (byte)domainBytes;
        Utf8Text.Write(domain, message.AsSpan(SignedCallLayout.SizeBytes));
        return message;
    }
}
