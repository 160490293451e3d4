namespace Cairn;

/// <summary>Checks the options of a store against the ranges that <see cref="StateStoreOptions"/> documents, all together, before anything is opened.</summary>
internal static class StateStoreOptionsValidation
{
    private const long MinBudgetBytes = 64 << 10;
    private const int MaxApplyWorkers = 64;
    private const int MaxGroupedBlocks = 1_000_000;
    private const int MinSegmentBytes = 64 << 10;
    private const int SegmentUnitBytes = 4 << 10;
    private const int MinPageFileBytes = 64 << 10;
    private const int MaxPageFileBytes = 1 << 30;
    private const long MaxRetainBlocks = 1_000_000_000_000;
    private const long MaxReserveBytes = 1L << 30;

    /// <summary>Refuses options that are out of range.</summary>
    /// <exception cref="StoreOptionsException">An option is; the message names all that are.</exception>
    public static void Validate(StateStoreOptions options)
    {
        List<(string Option, string Message)> faults = [];
        Check(Enum.IsDefined(options.Durability), nameof(options.Durability), $"{(int)options.Durability} is none of the durability modes.");
        Check(options.GroupedBlocks is >= 1 and <= MaxGroupedBlocks, nameof(options.GroupedBlocks), $"{options.GroupedBlocks} is not between 1 and {MaxGroupedBlocks}.");
        Check(options.ApplyWorkers is >= 1 and <= MaxApplyWorkers, nameof(options.ApplyWorkers), $"{options.ApplyWorkers} is not between 1 and {MaxApplyWorkers}.");
        CheckBudget(options.DirtyBytes, nameof(options.DirtyBytes));
        CheckBudget(options.ReplayBytes, nameof(options.ReplayBytes));
        CheckBudget(options.CacheBytes, nameof(options.CacheBytes));
        CheckBudget(options.HistoryBytes, nameof(options.HistoryBytes));
        Check(Enum.IsDefined(options.EvictionPolicy), nameof(options.EvictionPolicy), $"{(int)options.EvictionPolicy} is none of the eviction policies.");
        Check(options.RecentViewBytes >= 0, nameof(options.RecentViewBytes), $"{options.RecentViewBytes} is negative.");
        CheckBudget(options.RebuildBytes, nameof(options.RebuildBytes));
        Check(IsSegmentBytes(options.SegmentBytes), nameof(options.SegmentBytes), $"{options.SegmentBytes} is not a multiple of {SegmentUnitBytes} of at least {MinSegmentBytes} bytes.");
        Check(options.PageFileBytes is >= MinPageFileBytes and <= MaxPageFileBytes, nameof(options.PageFileBytes), $"{options.PageFileBytes} is not between {MinPageFileBytes} and {MaxPageFileBytes} bytes.");
        Check(options.RetainBlocks is >= 1 and <= MaxRetainBlocks, nameof(options.RetainBlocks), $"{options.RetainBlocks} is not between 1 and {MaxRetainBlocks}.");
        Check(options.ReserveBytes is >= 0 and <= MaxReserveBytes, nameof(options.ReserveBytes), $"{options.ReserveBytes} is not between 0 and {MaxReserveBytes} bytes.");
        Check(options.CleaningBytesPerSecond >= 0, nameof(options.CleaningBytesPerSecond), $"{options.CleaningBytesPerSecond} is negative.");
        Check(options.TimeProvider is not null, nameof(options.TimeProvider), "null is no clock.");
        if (faults.Count > 0)
        {
            throw new StoreOptionsException(faults[0].Option, string.Join(' ', faults.Select((fault, index) => index == 0 ? fault.Message : $"{fault.Option}: {fault.Message}")));
        }

        void Check(bool holds, string option, string message)
        {
            if (!holds)
            {
                faults.Add((option, message));
            }
        }

        void CheckBudget(long bytes, string option) => Check(bytes >= MinBudgetBytes, option, $"{bytes} is less than the {MinBudgetBytes} bytes it needs.");
    }

    /// <summary>Whether a segment may have that size.</summary>
    public static bool IsSegmentBytes(int bytes) => bytes >= MinSegmentBytes && bytes % SegmentUnitBytes == 0;
}
