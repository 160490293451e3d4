namespace Cairn.Vm.Machines;

/// <summary>One instruction as the machine executes it: without blocks, its jumps and variables resolved.</summary>
/// <param name="op">What it does.</param>
/// <param name="cost">The steps it counts: 1, or 0 of what no command of the source stands for.</param>
/// <param name="a">The first operand.</param>
/// <param name="b">The second operand.</param>
internal readonly struct FlatInstruction(FlatOp op, ushort cost, int a, int b)
{
    public readonly FlatOp Op = op;
    public readonly ushort Cost = cost;
    public readonly int A = a;
    public readonly int B = b;
}
