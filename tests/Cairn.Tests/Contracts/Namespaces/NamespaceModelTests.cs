using Cairn.Tests.Stores;
using Xunit;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>Random lives of states with namespaces, held to plain collections: values, versions, quotas, roles, lists, the audit; and the same roots on all homes.</summary>
public sealed class NamespaceModelTests
{
    [Theory]
    [InlineData(HomeKind.Memory, 1000)]
    [InlineData(HomeKind.SimulatedDirectory, 60)]
    [InlineData(HomeKind.JsonLines, 60)]
    [InlineData(HomeKind.Directory, 10)]
    public Task State_RandomUse_AnswersLikePlainCollections(HomeKind kind, int scenarios) => SeededRandom.ForEachAsync(scenarios, random => new NamespaceScenario(kind, random).RunAsync());

    [Fact]
    public async Task Homes_OfTheSameScenario_HaveTheSameRoots()
    {
        foreach (int seed in SeededRandom.Seeds(8, first: 5000))
        {
            List<Hash256> roots = await new NamespaceScenario(HomeKind.Memory, new Random(seed)).RunAsync();
            foreach (HomeKind kind in (HomeKind[])[HomeKind.Directory, HomeKind.JsonLines])
            {
                Assert.True(roots.SequenceEqual(await new NamespaceScenario(kind, new Random(seed)).RunAsync()), $"{kind}, seed {seed}");
            }
        }
    }
}
