namespace Cairn.Vm.Machines;

/// <summary>What a <see cref="FlatInstruction"/> does. Those that jump name the index of another one. Never stored.</summary>
internal enum FlatOp : ushort
{
    /// <summary>A: the constant.</summary>
    Push,
    Pop,
    Dup,
    Swap,
    Over,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Negate,
    Eq,
    Lt,
    Gt,
    Not,
    And,
    Or,

    /// <summary>A: the slot in the frame, which is set.</summary>
    LoadLocal,

    /// <summary>A: the slot in the frame; B: the global variable when that is not set.</summary>
    LoadLocalOrGlobal,

    /// <summary>A: the global variable.</summary>
    LoadGlobal,

    /// <summary>A: the slot in the frame.</summary>
    StoreLocal,

    /// <summary>A: the global variable.</summary>
    StoreGlobal,

    /// <summary>A: where to go on.</summary>
    Jump,

    /// <summary>Pops a value. A: where to go on when it is not true.</summary>
    JumpIfFalse,

    /// <summary>A: the slot of the counter; B: the number of rounds among the counts.</summary>
    LoopStart,

    /// <summary>A: the slot of the counter; B: where a round begins, if one is left.</summary>
    LoopNext,

    /// <summary>Pops the top if it equals a constant. A: the constant; B: where to go on then.</summary>
    CaseJump,

    /// <summary>A: the function.</summary>
    Call,
    Return,

    /// <summary>Ends the program.</summary>
    Halt,

    /// <summary>Does what the instruction it stands for says: those that ask the storage or give something out, which take longer than finding out what to do.</summary>
    Perform,
}
