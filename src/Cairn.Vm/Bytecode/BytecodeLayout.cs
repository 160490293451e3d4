namespace Cairn.Vm.Bytecode;

/// <summary>The head of bytecode: see <c>docs/format.md</c>, "Bytecode".</summary>
internal static class BytecodeLayout
{
    public const int MagicOffset = 0;
    public const int FormatVersionOffset = 8;
    public const int RequiredFeaturesOffset = 12;
    public const int ConstantsLengthOffset = 16;
    public const int NamesLengthOffset = 20;
    public const int FunctionsLengthOffset = 24;
    public const int CodeLengthOffset = 28;
    public const int PositionsLengthOffset = 32;
    public const int SizeBytes = 36;

    public const int MagicBytes = 8;
    public const int FormatVersion = 1;
    public const int Sections = 5;

    /// <summary>The SHA-256 of everything before it, at the end.</summary>
    public const int HashBytes = Hash256.SizeBytes;

    /// <summary>The first bytes. The last of them is in no source text.</summary>
    public static ReadOnlySpan<byte> Magic => "CairnVm\0"u8;
}
