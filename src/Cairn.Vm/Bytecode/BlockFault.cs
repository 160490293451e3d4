namespace Cairn.Vm.Bytecode;

/// <summary>Why blocks do not nest.</summary>
/// <param name="Index">The instruction at which that shows.</param>
/// <param name="Expected">What should be there.</param>
/// <param name="Found">What is there.</param>
internal sealed record BlockFault(int Index, string Expected, string Found);
