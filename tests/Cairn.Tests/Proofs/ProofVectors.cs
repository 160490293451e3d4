using System.Text.Json;

namespace Cairn.Tests.Proofs;

/// <summary>The vectors of proofs, beside the tests.</summary>
internal static class ProofVectors
{
    public static IEnumerable<string> TreeFiles => Directory.GetFiles(Folder, "tree_*.json").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "vectors");

    public static JsonElement Load(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        return document.RootElement.Clone();
    }

    public static byte[] Bytes(JsonElement hex) => Convert.FromHexString(hex.GetString()!);

    public static byte[]? BytesOrNull(JsonElement hex) => hex.GetString() is { } text ? Convert.FromHexString(text) : null;

    public static ReferenceProver ProverOf(JsonElement tree) =>
        new(tree.GetProperty("entries").EnumerateArray().Select(entry => KeyValuePair.Create(Bytes(entry[0]), Bytes(entry[1]))));

    public static Hash256 RootOf(JsonElement tree) => Hash256.Parse(tree.GetProperty("root").GetString()!);
}
