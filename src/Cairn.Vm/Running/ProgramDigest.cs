using System.Security.Cryptography;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Running;

/// <summary>What a signed call of a program names.</summary>
public static class ProgramDigest
{
    /// <summary>The SHA-256 of the bytecode of a program, which is the same whether it was compiled or read.</summary>
    public static Hash256 Of(CompiledProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new Hash256(SHA256.HashData(BytecodeWriter.Write(program)));
    }
}
