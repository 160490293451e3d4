using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Tests.Reference;

namespace Cairn.Tests;

/// <summary>A block of a block file: what <c>cairn apply</c> reads from one line.</summary>
/// <param name="Height">Its height.</param>
/// <param name="TimeTicks">Its time in 100 ns ticks since 1970; null when none is given.</param>
/// <param name="Changes">Key and new value; a null value deletes.</param>
internal sealed record FileBlock(BlockHeight Height, long? TimeTicks, IReadOnlyList<KeyValuePair<byte[], byte[]?>> Changes)
{
    /// <summary>The state after this block.</summary>
    public ReferenceState Apply(ReferenceState parent)
    {
        ReferenceDraft draft = new(parent, Height);
        draft.SetTime(TimeTicks);
        foreach ((byte[] key, byte[]? value) in Changes)
        {
            if (value is null)
            {
                draft.Delete(TreeKind.State, key);
            }
            else
            {
                draft.Put(TreeKind.State, key, value);
            }
        }

        return draft.Working;
    }

    /// <summary>Commits the block.</summary>
    public async Task<CommittedBlock> CommitAsync(StateStore store)
    {
        using BlockDraft draft = store.CreateDraft(Height);
        draft.TimeTicks = TimeTicks;
        foreach ((byte[] key, byte[]? value) in Changes)
        {
            if (value is null)
            {
                draft.State.Delete(key);
            }
            else
            {
                draft.State.Put(key, value);
            }
        }

        return await store.CommitAsync(draft);
    }
}

/// <summary>The real blocks beside the checkout and the roots they must lead to.</summary>
internal static class BlockFile
{
    public const string Name = "cryptopunks-2017-2019.jsonl";

    private const string RootsName = "cryptopunks-2017-2019.roots.json";

    /// <summary>Where the block file is; skips the test where it is missing.</summary>
    public static string Path => SharedData.PathOf(Name);

    /// <summary>All blocks, in order.</summary>
    public static IReadOnlyList<FileBlock> Blocks() => [.. File.ReadLines(Path).Select(Parse)];

    /// <summary>The entries and roots after some of the blocks, by height.</summary>
    public static SortedDictionary<ulong, (ulong Entries, Hash256 Root)> Roots()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf(RootsName)));
        SortedDictionary<ulong, (ulong Entries, Hash256 Root)> roots = [];
        foreach (JsonElement root in document.RootElement.GetProperty("roots").EnumerateArray())
        {
            roots.Add(root.GetProperty("height").GetUInt64(), (root.GetProperty("entries").GetUInt64(), Hash256.Parse(root.GetProperty("root").GetString()!)));
        }

        return roots;
    }

    private static FileBlock Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement block = document.RootElement;
        long? time = block.TryGetProperty("time", out JsonElement text)
            ? DateTimeOffset.Parse(text.GetString()!, CultureInfo.InvariantCulture).UtcTicks - DateTimeOffset.UnixEpoch.Ticks
            : null;
        return new FileBlock(
            new BlockHeight(block.GetProperty("height").GetUInt64()),
            time,
            [.. block.GetProperty("changes").EnumerateArray().Select(change => KeyValuePair.Create(Utf8(change.GetProperty("key"))!, Utf8(change.GetProperty("value"))))]);
    }

    private static byte[]? Utf8(JsonElement text) => text.ValueKind == JsonValueKind.Null ? null : Encoding.UTF8.GetBytes(text.GetString()!);
}
