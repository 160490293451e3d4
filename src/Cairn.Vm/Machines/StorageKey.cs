namespace Cairn.Vm.Machines;

/// <summary>A key or prefix that a command names.</summary>
/// <param name="Text">The text, which the storage has yet to check.</param>
/// <param name="Name">The index of the name in the program, so that what was checked once is remembered; -1 for a key from the stack.</param>
internal readonly record struct StorageKey(string Text, int Name = -1);
