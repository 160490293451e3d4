using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;

namespace Cairn.Tests.Contracts.Namespaces;

/// <summary>What tests of namespaces have in common: a store in memory with a global admin, and short words for values.</summary>
public abstract class NamespaceTestBase
{
    /// <summary>The first global admin.</summary>
    protected static Principal Root { get; } = new("root");

    protected static Principal Ada { get; } = new("ada");

    protected static Principal Bob { get; } = new("bob");

    /// <summary>A store whose block 1 makes the first global admin.</summary>
    protected static async Task<StateStore> OpenAsync(string location = "memory:")
    {
        StateStore engine = await StateStore.OpenAsync(location);
        using BlockDraft draft = engine.CreateDraft(new BlockHeight(1));
        draft.TimeTicks = 1000;
        NamespaceStore.Initialize(draft, Root);
        await engine.CommitAsync(draft);
        return engine;
    }

    /// <summary>A draft on the head.</summary>
    protected static BlockDraft Next(StateStore engine) => engine.CreateDraft(new BlockHeight(engine.Height!.Value.Value + 1));

    protected static StateValue Number(double number) => StateValue.FromNumber(number);

    /// <summary>Text of so many bytes.</summary>
    protected static StateValue Text(int bytes) => StateValue.FromText(new string('x', bytes));

    protected static IEnumerable<string> Keys(KeyPage page) => page.Keys.Select(key => key.ToString());
}
