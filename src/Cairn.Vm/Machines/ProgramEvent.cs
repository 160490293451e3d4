namespace Cairn.Vm.Machines;

/// <summary>What a program tells with <c>emitevent</c>.</summary>
/// <param name="Category">What it is about.</param>
/// <param name="Message">What happened.</param>
public sealed record ProgramEvent(string Category, string Message);
