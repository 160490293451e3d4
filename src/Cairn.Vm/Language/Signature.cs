using System.Collections.Immutable;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>The head of a function.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The names of its parameters.</param>
/// <param name="Position">Where the name stands.</param>
internal sealed record Signature(string Name, ImmutableArray<string> Parameters, SourcePosition Position);
