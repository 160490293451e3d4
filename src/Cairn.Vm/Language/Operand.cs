using Cairn.Contracts.Values;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>An operand as it was written and as it is meant.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Raw">As it was written, with quotes and escapes.</param>
/// <param name="Text">The text that it means; empty for a literal or a number.</param>
/// <param name="Value">Of a literal, its value.</param>
/// <param name="Number">Of a count or version, its number; of a type, the <see cref="StoredType"/>.</param>
/// <param name="Position">Where it begins.</param>
internal sealed record Operand(OperandKind Kind, string Raw, string Text, StateValue Value, long Number, SourcePosition Position);
