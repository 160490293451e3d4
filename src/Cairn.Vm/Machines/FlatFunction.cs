namespace Cairn.Vm.Machines;

/// <summary>A function as the machine executes it.</summary>
/// <param name="Name">The name; empty for the main program.</param>
/// <param name="Entry">Its first instruction.</param>
/// <param name="ParameterCount">How many values it takes; they become its first slots.</param>
/// <param name="Slots">The names of its slots: parameters, variables, then counters of loops, whose names are null.</param>
internal sealed record FlatFunction(string Name, int Entry, int ParameterCount, string?[] Slots);
