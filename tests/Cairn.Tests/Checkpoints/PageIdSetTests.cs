using Cairn.Checkpoints;
using Cairn.Homes;
using Xunit;

namespace Cairn.Tests.Checkpoints;

/// <summary>The set of ids of a checkpoint, held to a plain one.</summary>
public sealed class PageIdSetTests
{
    [Fact]
    public void Contains_WhatWasAddedSinceClearing_AndNothingElse() => SeededRandom.ForEach(20, random =>
    {
        PageIdSet set = new();
        for (int round = 0; round < 3; round++)
        {
            HashSet<ulong> model = [];
            int count = random.Next(5_000);
            for (int i = 0; i < count; i++)
            {
                ulong id = RandomId(random);
                set.Add(new PageId(id));
                model.Add(id);
            }

            Assert.Equal(model.Count, set.Count);
            Assert.All(model, id => Assert.True(set.Contains(new PageId(id))));
            for (int i = 0; i < 5_000; i++)
            {
                ulong id = RandomId(random);
                Assert.Equal(model.Contains(id), set.Contains(new PageId(id)));
            }

            set.Clear();
            Assert.Equal(0, set.Count);
            Assert.All(model, id => Assert.False(set.Contains(new PageId(id))));
        }
    });

    private static ulong RandomId(Random random) => ((ulong)random.Next(1, 5) << 32) | ((ulong)random.Next(1 << 12) * 64);
}
