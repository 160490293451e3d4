using Cairn.Contracts;
using Xunit;

namespace Cairn.Tests.Contracts;

/// <summary>Every vector of the layout, byte for byte: in a draft, and once more through commit, reopening, and a later block that overwrites it, read at the old height.</summary>
public sealed class LayoutVectorTests
{
    private static readonly Address Contract = Address.Parse("0x5b38da6a701c568545dcfcb03fcb875f56beddc4");

    public static TheoryData<string> Names { get; } = [.. LayoutVectors.All.Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Vector_InADraft_IsByteForByte(string name)
    {
        LayoutVector vector = LayoutVectors.All.Single(vector => vector.Name == name);
        await using StateStore store = await StateStore.OpenAsync("memory:");
        using BlockDraft draft = store.CreateDraft(new BlockHeight(1));
        Write(draft, vector);
        CheckImage(new StorageImage(draft.State, Contract), vector);
        vector.Check(new StorageSession(draft, vector.Profile).Open(Contract).Root);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Vector_AtAnOldHeightAfterReopening_IsByteForByte(string name)
    {
        LayoutVector vector = LayoutVectors.All.Single(vector => vector.Name == name);
        using TemporaryDirectory directory = new();
        await using (StateStore store = await StateStore.OpenAsync(directory.Path))
        {
            using (BlockDraft draft = store.CreateDraft(new BlockHeight(5)))
            {
                Write(draft, vector);
                await store.CommitAsync(draft);
            }

            using BlockDraft later = store.CreateDraft(new BlockHeight(9));
            StorageSession session = new(later, vector.Profile);
            foreach ((SlotId slot, _) in vector.Slots.Append((SlotId.Root, "")))
            {
                session.Open(Contract).Write(slot, 0, new byte[300]);
            }

            session.Flush();
            await store.CommitAsync(later);
        }

        await using StateStore reopened = await StateStore.OpenAsync(directory.Path);
        using StateView now = reopened.OpenView();
        using StateView then = reopened.ViewAt(new BlockHeight(5));
        Assert.NotEqual(now.Root, then.Root);
        CheckImage(new StorageImage(then.State, Contract), vector);
        vector.Check(new StorageSession(then, vector.Profile).Open(Contract).Root);
    }

    private static void Write(BlockDraft draft, LayoutVector vector)
    {
        StorageSession session = new(draft, vector.Profile);
        vector.Write(session.Open(Contract).Root);
        session.Flush();
    }

    private static void CheckImage(StorageImage image, LayoutVector vector)
    {
        foreach ((SlotId slot, string content) in vector.Slots)
        {
            Assert.Equal($"{slot}: {content}", $"{slot}: {image[slot]}");
        }

        if (vector.Fingerprint is not null)
        {
            Assert.Equal(vector.Fingerprint, image.Fingerprint());
        }
        else
        {
            Assert.Equal(vector.Slots.Count, image.Count);
        }
    }
}
