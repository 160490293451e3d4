namespace Cairn.Contracts;

/// <content>The delta of an execution: the words in the journal, once each, in the order of slots and offsets.</content>
public sealed partial class StorageSession
{
    /// <summary>What the execution has changed in the slots of a contract.</summary>
    internal StorageDelta DeltaOf(ContractSlots contract)
    {
        ThrowIfScopeIsOpen();
        List<(SlotId Slot, uint Page, Chunk Chunk)> pages = [];
        for (int i = 0; i < _journal.Count; i++)
        {
            ref WordJournal.Entry entry = ref _journal[i];
            Chunk chunk = entry.Chunk;
            if (ReferenceEquals(_slots[chunk.Slot].Contract, contract) && (Profile.DeltaKeepsUnchanged || !chunk.Word(entry.Word).SequenceEqual(entry.Old)))
            {
                pages.Add((_slots[chunk.Slot].Id, (chunk.Index * Chunk.Words) + entry.Word, chunk));
            }
        }

        pages.Sort(static (left, right) => left.Slot.CompareTo(right.Slot) is var order && order != 0 ? order : left.Page.CompareTo(right.Page));
        List<StorageRun> runs = [];
        for (int first = 0, next; first < pages.Count; first = next)
        {
            next = first + 1;
            while (next < pages.Count && pages[next].Slot == pages[first].Slot && pages[next].Page == pages[next - 1].Page + 1)
            {
                next++;
            }

            byte[] content = new byte[(next - first) * Chunk.WordBytes];
            for (int i = first; i < next; i++)
            {
                pages[i].Chunk.Word((int)(pages[i].Page % Chunk.Words)).CopyTo(content.AsSpan((i - first) * Chunk.WordBytes));
            }

            runs.Add(new StorageRun(pages[first].Slot, pages[first].Page, content));
        }

        return new StorageDelta(contract.Address, runs);
    }
}
