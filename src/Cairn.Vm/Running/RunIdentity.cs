using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cairn.Contracts;
using Cairn.Contracts.Execution;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Registry;

namespace Cairn.Vm.Running;

/// <summary>What the history of executions calls a run, its program and its principal.</summary>
internal static class RunIdentity
{
    /// <summary>The function of a record.</summary>
    public const string Function = "main";

    private const string Nameless = "program";

    /// <summary>The id of the run that made a block: the height and the place in it, as the executor of contracts makes ids of calls.</summary>
    public static ExecutionId Execution(BlockHeight height)
    {
        Span<byte> id = stackalloc byte[sizeof(ulong) + sizeof(uint)];
        id.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(id, height.Value);
        return new ExecutionId(id);
    }

    /// <summary>The program: its file name without folders, cut to what an id holds.</summary>
    public static ContractId Contract(string sourceName)
    {
        string name = sourceName[(sourceName.LastIndexOfAny(['/', '\\']) + 1)..];
        StringBuilder kept = new();
        int bytes = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > ContractId.MaxBytes)
            {
                break;
            }

            kept.Append(rune.ToString());
        }

        return ContractId.FromText(kept.Length > 0 ? kept.ToString() : Nameless);
    }

    /// <summary>The principal: the first 20 bytes of the SHA-256 of its id; zero for nobody in particular.</summary>
    public static Address Caller(Principal principal) =>
        principal.IsAnonymous ? Address.Zero : new Address(SHA256.HashData(Encoding.UTF8.GetBytes(principal.Id)).AsSpan(0, Address.SizeBytes));
}
