using Cairn.Contracts.Values;

namespace Cairn.Vm.Machines;

/// <summary>What a step of a program did with the storage.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Key">The key or prefix it was about; empty for transactions.</param>
/// <param name="Value">What it wrote or was told; null where there is no value.</param>
public sealed record StorageEffect(StorageEffectKind Kind, string Key, StateValue? Value = null)
{
    /// <summary>The effect as a line of a trace has it.</summary>
    public override string ToString() => Kind.ToString().ToLowerInvariant() + (Key.Length > 0 ? " " + Key : "") + (Value is { } value ? " = " + value.ToJson() : "");
}
