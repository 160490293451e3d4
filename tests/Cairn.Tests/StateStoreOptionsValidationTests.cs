using Xunit;

namespace Cairn.Tests;

public sealed class StateStoreOptionsValidationTests
{
    public static TheoryData<string, StateStoreOptions> OutOfRange() => new()
    {
        { nameof(StateStoreOptions.Durability), new StateStoreOptions { Durability = (Durability)9 } },
        { nameof(StateStoreOptions.GroupedBlocks), new StateStoreOptions { GroupedBlocks = 0 } },
        { nameof(StateStoreOptions.GroupedBlocks), new StateStoreOptions { GroupedBlocks = 1_000_001 } },
        { nameof(StateStoreOptions.DirtyBytes), new StateStoreOptions { DirtyBytes = 65_535 } },
        { nameof(StateStoreOptions.ReplayBytes), new StateStoreOptions { ReplayBytes = 65_535 } },
        { nameof(StateStoreOptions.ApplyWorkers), new StateStoreOptions { ApplyWorkers = 0 } },
        { nameof(StateStoreOptions.ApplyWorkers), new StateStoreOptions { ApplyWorkers = 65 } },
        { nameof(StateStoreOptions.CacheBytes), new StateStoreOptions { CacheBytes = 65_535 } },
        { nameof(StateStoreOptions.EvictionPolicy), new StateStoreOptions { EvictionPolicy = (EvictionPolicy)3 } },
        { nameof(StateStoreOptions.RecentViewBytes), new StateStoreOptions { RecentViewBytes = -1 } },
        { nameof(StateStoreOptions.RebuildBytes), new StateStoreOptions { RebuildBytes = 65_535 } },
        { nameof(StateStoreOptions.SegmentBytes), new StateStoreOptions { SegmentBytes = 61_440 } },
        { nameof(StateStoreOptions.SegmentBytes), new StateStoreOptions { SegmentBytes = 65_537 } },
        { nameof(StateStoreOptions.PageFileBytes), new StateStoreOptions { PageFileBytes = 65_535 } },
        { nameof(StateStoreOptions.PageFileBytes), new StateStoreOptions { PageFileBytes = (1 << 30) + 1 } },
        { nameof(StateStoreOptions.ReserveBytes), new StateStoreOptions { ReserveBytes = -1 } },
        { nameof(StateStoreOptions.ReserveBytes), new StateStoreOptions { ReserveBytes = (1L << 30) + 1 } },
        { nameof(StateStoreOptions.TimeProvider), new StateStoreOptions { TimeProvider = null! } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Validate_OutOfRange_NamesTheOption(string option, StateStoreOptions options) =>
        Assert.Equal(option, Assert.Throws<StoreOptionsException>(() => StateStoreOptionsValidation.Validate(options)).Option);

    [Fact]
    public void Validate_AtTheLimits_Accepts()
    {
        StateStoreOptionsValidation.Validate(new StateStoreOptions());
        StateStoreOptionsValidation.Validate(new StateStoreOptions
        {
            GroupedBlocks = 1,
            DirtyBytes = 65_536,
            ReplayBytes = 65_536,
            ApplyWorkers = 64,
            CacheBytes = 65_536,
            RecentViewBytes = 0,
            RebuildBytes = 65_536,
            SegmentBytes = 65_536,
            PageFileBytes = 65_536,
        });
        StateStoreOptionsValidation.Validate(new StateStoreOptions { GroupedBlocks = 1_000_000, PageFileBytes = 1 << 30 });
    }

    [Fact]
    public void Validate_SeveralOutOfRange_NamesAll()
    {
        StoreOptionsException refusal = Assert.Throws<StoreOptionsException>(
            () => StateStoreOptionsValidation.Validate(new StateStoreOptions { GroupedBlocks = 0, CacheBytes = 1 }));
        Assert.Equal(nameof(StateStoreOptions.GroupedBlocks), refusal.Option);
        Assert.Contains(nameof(StateStoreOptions.CacheBytes), refusal.Message, StringComparison.Ordinal);
    }
}
