using System.Security.Cryptography;
using Cairn.Contracts;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Namespaces.Auditing;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>Calls that their callers have signed: who called, where and until when, and that each counts once.</summary>
public sealed class SignedCallTests : NamespaceTestBase
{
    private const string Domain = "test net";

    private static readonly Hash256 Digest = new(SHA256.HashData("program"u8));

    [Fact]
    public async Task Call_CountsOnce_AndNonesOfAnotherOrder()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using StateStore engine = await OpenAsync();
        SignedCall first = SignedCall.Sign(key, Domain, 0, new BlockHeight(100), Digest);
        SignedCall second = SignedCall.Sign(key, Domain, 1, new BlockHeight(100), Digest);
        Principal caller;
        using (BlockDraft draft = Next(engine))
        {
            Assert.Equal(CallRefusal.WrongNonce, Assert.Throws<CallRefusedException>(() => CallGate.Accept(draft, second, Domain)).Refusal);
            caller = CallGate.Accept(draft, first, Domain);
            Assert.Equal(SignedCall.PrincipalOf(first.PublicKey.Span), caller);
            Assert.Matches("^p256:[0-9a-f]{40}$", caller.Id);
            CallRefusedException again = Assert.Throws<CallRefusedException>(() => CallGate.Accept(draft, first, Domain));
            Assert.Equal((CallRefusal.WrongNonce, caller.Id, 1UL, 0UL), (again.Refusal, again.Principal, again.Expected, again.Found));
            Assert.Equal(1UL, CallGate.NextNonce(draft, caller));
            await engine.CommitAsync(draft);
        }

        using (BlockDraft draft = Next(engine))
        {
            Assert.Throws<CallRefusedException>(() => CallGate.Accept(draft, first, Domain));
            NamespaceStore store = new(draft, Root);
            store.Begin();
            CallGate.Accept(draft, second, Domain);
            store.Rollback();
            CallGate.Accept(draft, second, Domain);
            await engine.CommitAsync(draft);
        }

        using StateView view = engine.OpenView();
        Assert.Equal(2UL, CallGate.NextNonce(view, caller));
        Assert.Equal(0UL, CallGate.NextNonce(view, Ada));
        Assert.Equal([AuditAction.AcceptCall, AuditAction.AcceptCall, AuditAction.Initialize], new NamespaceStore(view, Root).Audit.Read().Select(one => one.Action));
    }

    [Fact]
    public async Task Call_IsRefused_WhenAnyOfItWasChanged()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using StateStore engine = await OpenAsync();
        using BlockDraft draft = Next(engine);
        SignedCall call = SignedCall.Sign(key, Domain, 0, new BlockHeight(2), Digest);
        Assert.Equal(CallRefusal.BadSignature, Refusal(call with { Digest = default }));
        Assert.Equal(CallRefusal.BadSignature, Refusal(call with { Nonce = 1 }));
        Assert.Equal(CallRefusal.BadSignature, Refusal(call with { LastHeight = new BlockHeight(3) }));
        Assert.Equal(CallRefusal.BadSignature, Refusal(call, "other net"));
        Assert.Equal(CallRefusal.BadSignature, Refusal(call with { PublicKey = SignedCall.Sign(other, Domain, 0, new BlockHeight(2), Digest).PublicKey }));
        Assert.Equal(CallRefusal.BadSignature, Refusal(call with { Signature = default }));
        Assert.Equal(CallRefusal.BadSignature, Refusal(call with { Signature = new byte[64] }));
        Assert.Equal(CallRefusal.BadSignature, Refusal(call with { Signature = call.Signature[..63] }));
        Assert.Equal(CallRefusal.BadKey, Refusal(call with { PublicKey = new byte[64] }));
        Assert.Equal(CallRefusal.BadKey, Refusal(call with { PublicKey = Enumerable.Repeat((byte)0xff, 64).ToArray() }));
        Assert.Equal(CallRefusal.BadKey, Refusal(call with { PublicKey = new byte[3] }));
        byte[] signature = call.Signature.ToArray();
        signature[40] ^= 4;
        Assert.Equal(CallRefusal.BadSignature, Refusal(call with { Signature = signature }));
        using BlockDraft late = engine.CreateDraft(new BlockHeight(3));
        CallRefusedException expired = Assert.Throws<CallRefusedException>(() => CallGate.Accept(late, call, Domain));
        Assert.Equal((CallRefusal.Expired, 2UL, 3UL), (expired.Refusal, expired.Expected, expired.Found));
        CallGate.Accept(draft, call, Domain);
        Assert.Throws<ArgumentException>(() => SignedCall.Sign(key, "", 0, default, Digest));
        Assert.Throws<ArgumentException>(() => SignedCall.Sign(key, new string('x', 256), 0, default, Digest));
        using ECDsa large = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Throws<ArgumentException>(() => SignedCall.Sign(large, Domain, 0, default, Digest));
        Assert.Throws<ArgumentException>(() => SignedCall.PrincipalOf(new byte[5]));
        draft.State.Put(NamespaceKeys.Of(NamespaceKeys.Nonces, Ada.Utf8, new byte[100]), [1]);
        Assert.Throws<ContractRecordException>(() => CallGate.NextNonce(draft, Ada));

        CallRefusal Refusal(SignedCall changed, string domain = Domain) => Assert.Throws<CallRefusedException>(() => CallGate.Accept(draft, changed, domain)).Refusal;
    }

    /// <summary>A signature (the key is that of RFC 6979, A.2.5) over bytes put together by hand, so that what is signed stays what it is.</summary>
    [Fact]
    public void Signature_OverTheBytesOfTheFormat_Verifies()
    {
        byte[] x = Convert.FromHexString("60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6");
        byte[] y = Convert.FromHexString("7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
        byte[] d = Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        using ECDsa key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y }, D = d });
        byte[] message = [.. "cairn call v1\0\0\0"u8, 5, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0, 0, 0, 0, .. Digest.ToArray(), 8, .. "test net"u8];
        SignedCall call = new()
        {
            PublicKey = (byte[])[.. x, .. y],
            Nonce = 5,
            LastHeight = new BlockHeight(265),
            Digest = Digest,
            Signature = key.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
        };
        Assert.Equal("p256:" + Convert.ToHexStringLower(SHA256.HashData((byte[])[.. x, .. y]))[..40], call.Verify(Domain).Id);
    }
}
