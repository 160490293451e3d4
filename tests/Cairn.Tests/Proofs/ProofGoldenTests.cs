using System.Text;
using System.Text.RegularExpressions;
using Cairn.Proofs;
using Xunit;

namespace Cairn.Tests.Proofs;

/// <summary>Known answers of our own making: one of each form over a small state, frozen, and those that <c>docs/proofs.md</c> shows.</summary>
public sealed partial class ProofGoldenTests
{
    private static readonly ReferenceProver Prover = new(new (string Key, string Value)[]
    {
        ("org/acme/name", "Acme"), ("org/acme/note", ""), ("org/acme/treasury/balance", "1000"), ("org/beta/name", "Beta"), ("total", "2"),
    }.Select(entry => KeyValuePair.Create(Utf8(entry.Key), Utf8(entry.Value))));

    [Fact]
    public void Formats_OfASmallState_StayAsTheyAre() => GoldenFile.CheckText("proofs.txt", string.Concat(Answers().Select(answer => $"{answer.Name} = {answer.Text}\n")));

    [Fact]
    public void Document_KnownAnswers_AreThoseOfTheCode()
    {
        Dictionary<string, string> answers = Answers().ToDictionary(answer => answer.Name, answer => answer.Text, StringComparer.Ordinal);
        Match block = KnownAnswers().Match(File.ReadAllText(Repository.PathOf("docs", "proofs.md")));
        string[] lines = block.Groups["lines"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= 8, "docs/proofs.md shows no known answers");
        Assert.All(lines, line => Assert.Equal(line, $"{line.Split(" = ")[0]} = {answers.GetValueOrDefault(line.Split(" = ")[0])}"));
    }

    private static IEnumerable<(string Name, string Text)> Answers()
    {
        yield return ("empty root", Hash256.EmptyRoot.ToString());
        yield return ("root", Prover.Root.ToString());
        yield return ("spec by value", Convert.ToHexStringLower(ProofSpec.ByValue.ToProtobuf()));
        yield return ("spec by value hash", Convert.ToHexStringLower(ProofSpec.ByValueHash.ToProtobuf()));
        yield return ("spec by value as JSON", ProofSpec.ByValue.ToJson());
        yield return ("spec by value hash as JSON", ProofSpec.ByValueHash.ToJson());
        yield return ("total by value", One(ProofSpec.ByValue, "total"));
        yield return ("org/acme/note by value hash", One(ProofSpec.ByValueHash, "org/acme/note"));
        yield return ("absence of org/b by value", One(ProofSpec.ByValue, "org/b"));
        yield return ("absence of the empty key by value", One(ProofSpec.ByValue, ""));
        yield return ("absence of zz by value hash", One(ProofSpec.ByValueHash, "zz"));
        ProofEntry[] batch = [.. new[] { "total", "org/b", "org/acme/name" }.Select(key => Prover.Prove(ProofSpec.ByValue, Utf8(key)))];
        yield return ("batch of total, org/b, org/acme/name by value", Convert.ToHexStringLower(CommitmentProof.Batch(batch, isCompressed: false).Encode()));
        yield return ("compressed batch of total, org/b, org/acme/name by value", Convert.ToHexStringLower(CommitmentProof.Batch(batch, isCompressed: true).Encode()));
        yield return ("pruned tree of the empty state", Convert.ToHexStringLower(new PrunedTreeWriter().ToArray()));
        yield return ("pruned tree of the prefix org/acme/", Convert.ToHexStringLower(Prover.Prefix(Utf8("org/acme/"))));
        yield return ("pruned tree of the range from org/b", Convert.ToHexStringLower(Prover.Range(Utf8("org/b"), to: null)));
        yield return ("pruned tree of the keys total, zz", Convert.ToHexStringLower(Prover.Keys([Utf8("total"), Utf8("zz")])));
        yield return ("pruned tree that covers the namespace org/acme/", Convert.ToHexStringLower(Prover.Cover(Utf8("org/acme/"))));
        yield return ("root of the namespace org/acme/", Prover.NamespaceRoot(Utf8("org/acme/")).ToString()!);
    }

    private static string One(ProofSpec spec, string key) => Convert.ToHexStringLower(Prover.ProveOne(spec, Utf8(key)).Encode());

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [GeneratedRegex(@"```known-answers\n(?<lines>[^`]*)```", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex KnownAnswers();
}
