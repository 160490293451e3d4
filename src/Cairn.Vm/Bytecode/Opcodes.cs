namespace Cairn.Vm.Bytecode;

/// <summary>What is known of opcodes.</summary>
internal static class Opcodes
{
    private static readonly OperandForm[] Forms = MakeForms();

    /// <summary>Which operands an opcode has; <see cref="OperandForm.Unknown"/> for a byte that is none.</summary>
    public static OperandForm FormOf(Opcode opcode) => Forms[(byte)opcode];

    /// <summary>Whether <see cref="Instruction.Index"/> is an operand that is always there.</summary>
    public static bool HasIndex(OperandForm form) => form is OperandForm.Constant or OperandForm.ConstantAndLength or OperandForm.Identifier or OperandForm.Text
        or OperandForm.TextAndNumber or OperandForm.TextAndNumbers or OperandForm.Texts or OperandForm.Function;

    /// <summary>Whether <see cref="Instruction.Number"/> is an operand.</summary>
    public static bool HasNumber(OperandForm form) => form is OperandForm.OptionalTextAndType or OperandForm.TextAndNumber or OperandForm.TextAndNumbers or OperandForm.Texts
        or OperandForm.Number or OperandForm.NumberAndLength;

    /// <summary>Whether the distance to <see cref="Instruction.Target"/> is an operand.</summary>
    public static bool HasLength(OperandForm form) => form is OperandForm.Length or OperandForm.NumberAndLength or OperandForm.ConstantAndLength;

    private static OperandForm[] MakeForms()
    {
        OperandForm[] forms = new OperandForm[256];
        foreach (Opcode opcode in Enum.GetValues<Opcode>())
        {
            forms[(byte)opcode] = Form(opcode);
        }

        return forms;
    }

    private static OperandForm Form(Opcode opcode) => opcode switch
    {
        Opcode.Push => OperandForm.Constant,
        Opcode.Store or Opcode.Load => OperandForm.Identifier,
        Opcode.StoreP or Opcode.LoadP or Opcode.DeleteP or Opcode.KeyExists or Opcode.ListKeys or Opcode.Emit => OperandForm.OptionalText,
        Opcode.StorePTyped or Opcode.LoadPTyped => OperandForm.OptionalTextAndType,
        Opcode.LoadVersionP => OperandForm.TextAndNumber,
        Opcode.DiffVersionsP => OperandForm.TextAndNumbers,
        Opcode.ListVersionsP or Opcode.HasRole or Opcode.RequireRole => OperandForm.Text,
        Opcode.EmitEvent => OperandForm.Texts,
        Opcode.AssertEqualStack => OperandForm.Number,
        Opcode.Call => OperandForm.Function,
        Opcode.If or Opcode.Else or Opcode.While or Opcode.Do or Opcode.Match or Opcode.Select or Opcode.Default => OperandForm.Length,
        Opcode.Loop => OperandForm.NumberAndLength,
        Opcode.Case => OperandForm.ConstantAndLength,
        _ => OperandForm.None,
    };
}
