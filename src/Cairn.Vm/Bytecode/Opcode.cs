namespace Cairn.Vm.Bytecode;

/// <summary>
/// What an instruction does. The numbers are those of the bytecode and never change; 0 is none. Where a description says <i>the stack</i>, the value on the right of a list is on top. Which of the operands of <see cref="Instruction"/> an opcode has
/// stands behind its description; those that are not named are <see cref="Instruction.NoIndex"/> or 0.
/// </summary>
public enum Opcode : byte
{
    /// <summary>Pushes a constant. <see cref="Instruction.Index"/>: the constant.</summary>
    Push = 0x01,

    /// <summary>Pops a value and forgets it.</summary>
    Pop = 0x02,

    /// <summary>Pushes the top once more.</summary>
    Dup = 0x03,

    /// <summary>Exchanges the two on top.</summary>
    Swap = 0x04,

    /// <summary>Pushes the one below the top once more: a b becomes a b a.</summary>
    Over = 0x05,

    /// <summary>a b becomes a + b; where one of them is a string, their texts one behind the other.</summary>
    Add = 0x10,

    /// <summary>a b becomes a − b.</summary>
    Sub = 0x11,

    /// <summary>a b becomes a × b; a string and a number repeat the string.</summary>
    Mul = 0x12,

    /// <summary>a b becomes a ÷ b.</summary>
    Div = 0x13,

    /// <summary>a b becomes the rest of a ÷ b.</summary>
    Mod = 0x14,

    /// <summary>a becomes −a.</summary>
    Negate = 0x15,

    /// <summary>a b becomes whether they are equal; values of two types never are.</summary>
    Eq = 0x16,

    /// <summary>a b becomes whether a &lt; b.</summary>
    Lt = 0x17,

    /// <summary>a b becomes whether a &gt; b.</summary>
    Gt = 0x18,

    /// <summary>a becomes whether it is not true.</summary>
    Not = 0x19,

    /// <summary>a b becomes whether both are true.</summary>
    And = 0x1A,

    /// <summary>a b becomes whether one of them is true.</summary>
    Or = 0x1B,

    /// <summary>Pops a value into a variable: of the frame inside a function, a global one outside. <see cref="Instruction.Index"/>: the name.</summary>
    Store = 0x20,

    /// <summary>Pushes a variable: of the frame, else a parameter, else a global one. <see cref="Instruction.Index"/>: the name.</summary>
    Load = 0x21,

    /// <summary><c>storep</c>: pops a value and stores it under a key. <see cref="Instruction.Index"/>: the key among the names, or <see cref="Instruction.NoIndex"/>: the key is popped first.</summary>
    StoreP = 0x30,

    /// <summary><c>loadp</c>: pushes what is stored under a key. <see cref="Instruction.Index"/>: as in <see cref="StoreP"/>.</summary>
    LoadP = 0x31,

    /// <summary><c>deletep</c>: removes a key. <see cref="Instruction.Index"/>: as in <see cref="StoreP"/>.</summary>
    DeleteP = 0x32,

    /// <summary><c>keyexists</c>: pushes whether there is a key. <see cref="Instruction.Index"/>: as in <see cref="StoreP"/>.</summary>
    KeyExists = 0x33,

    /// <summary><c>listkeys</c>: pushes the keys under a prefix in order of their bytes, then how many. <see cref="Instruction.Index"/>: the prefix, as in <see cref="StoreP"/>.</summary>
    ListKeys = 0x34,

    /// <summary><c>begintx</c>: opens a transaction.</summary>
    BeginTx = 0x35,

    /// <summary><c>committx</c>: commits the innermost transaction.</summary>
    CommitTx = 0x36,

    /// <summary><c>rollbacktx</c>: rolls the innermost transaction back.</summary>
    RollbackTx = 0x37,

    /// <summary><c>storeptyped</c>: as <see cref="StoreP"/>, if the value is of a type. <see cref="Instruction.Number"/>: the <see cref="StoredType"/>.</summary>
    StorePTyped = 0x38,

    /// <summary><c>loadptyped</c>: as <see cref="LoadP"/>, if the value is of a type. <see cref="Instruction.Number"/>: the <see cref="StoredType"/>.</summary>
    LoadPTyped = 0x39,

    /// <summary><c>loadversionp</c>: pushes a version of a key. <see cref="Instruction.Index"/>: the key among the names; <see cref="Instruction.Number"/>: the version.</summary>
    LoadVersionP = 0x3A,

    /// <summary><c>listversionsp</c>: pushes how many versions a key has. <see cref="Instruction.Index"/>: the key among the names.</summary>
    ListVersionsP = 0x3B,

    /// <summary><c>diffversionsp</c>: pushes how two versions of a key differ. <see cref="Instruction.Index"/>: the key among the names; <see cref="Instruction.Number"/> and <see cref="Instruction.OtherNumber"/>: the versions.</summary>
    DiffVersionsP = 0x3C,

    /// <summary><c>getcaller</c>: pushes the id of the principal.</summary>
    GetCaller = 0x3D,

    /// <summary><c>hasrole</c>: pushes whether the principal has a role. <see cref="Instruction.Index"/>: the role among the names.</summary>
    HasRole = 0x3E,

    /// <summary><c>requirerole</c>: an error unless the principal has a role. <see cref="Instruction.Index"/>: the role among the names.</summary>
    RequireRole = 0x3F,

    /// <summary>Pops a value; if it is not true, goes on behind <see cref="Instruction.Target"/>. <see cref="Instruction.Target"/>: the <see cref="Else"/> that belongs to it, or the <see cref="End"/> when it has none.</summary>
    If = 0x50,

    /// <summary>Ends the first branch of an <see cref="If"/> and begins the second. <see cref="Instruction.Target"/>: the <see cref="End"/>.</summary>
    Else = 0x51,

    /// <summary>Begins a loop: the condition up to <see cref="Do"/>, then the body up to <see cref="End"/>, then the condition again. <see cref="Instruction.Target"/>: the <see cref="End"/>.</summary>
    While = 0x52,

    /// <summary>Ends the condition of a <see cref="While"/>: pops a value and leaves the loop if it is not true. <see cref="Instruction.Target"/>: the <see cref="End"/>.</summary>
    Do = 0x53,

    /// <summary>Begins a loop that runs a number of times. <see cref="Instruction.Number"/>: how often; <see cref="Instruction.Target"/>: the <see cref="End"/>.</summary>
    Loop = 0x54,

    /// <summary>Begins a choice: the instructions of its value up to <see cref="Select"/>, then cases. <see cref="Instruction.Target"/>: the <see cref="End"/>.</summary>
    Match = 0x55,

    /// <summary>Ends the value of a <see cref="Match"/>: pops it, and goes to the body of the first case that it equals, else of the default, else behind the end. <see cref="Instruction.Target"/>: the first <see cref="Case"/> or <see cref="Default"/>, the next instruction.</summary>
    Select = 0x56,

    /// <summary>Begins the body of a case; the body before it ends here and goes on behind the end. <see cref="Instruction.Index"/>: the constant; <see cref="Instruction.Target"/>: the next <see cref="Case"/>, <see cref="Default"/> or the <see cref="End"/>.</summary>
    Case = 0x57,

    /// <summary>Begins the body for a value that equals no case, the last one; the body before it ends here. <see cref="Instruction.Target"/>: the <see cref="End"/>.</summary>
    Default = 0x58,

    /// <summary>Ends a block. <see cref="Instruction.Target"/>: the <see cref="If"/>, <see cref="While"/>, <see cref="Loop"/> or <see cref="Match"/> that it ends.</summary>
    End = 0x59,

    /// <summary>Calls a function: pops its parameters, the last one first, into a new frame. <see cref="Instruction.Index"/>: the function.</summary>
    Call = 0x5A,

    /// <summary>Leaves the function with the stack as it is. Only in functions.</summary>
    Return = 0x5B,

    /// <summary>Goes on behind the innermost loop. <see cref="Instruction.Target"/>: the <see cref="While"/> or <see cref="Loop"/>.</summary>
    Break = 0x5C,

    /// <summary>Goes on with the next round of the innermost loop: the condition of a <see cref="While"/>, the count of a <see cref="Loop"/>. <see cref="Instruction.Target"/>: the <see cref="While"/> or <see cref="Loop"/>.</summary>
    Continue = 0x5D,

    /// <summary><c>emit</c>: emits a text. <see cref="Instruction.Index"/>: the text among the names, or <see cref="Instruction.NoIndex"/>: a value is popped and its text emitted.</summary>
    Emit = 0x70,

    /// <summary><c>emitevent</c>: emits an event. <see cref="Instruction.Index"/>: its category among the names; <see cref="Instruction.Number"/>: its message among the names.</summary>
    EmitEvent = 0x71,

    /// <summary><c>assertequalstack</c>: an error unless a number of values on top of the stack are equal to each other; they stay. <see cref="Instruction.Number"/>: how many.</summary>
    AssertEqualStack = 0x72,

    /// <summary><c>dumpstack</c>: emits the stack.</summary>
    DumpStack = 0x73,

    /// <summary><c>dumpmemory</c>: emits the variables.</summary>
    DumpMemory = 0x74,

    /// <summary><c>dumpstate</c>: emits what is stored.</summary>
    DumpState = 0x75,
}
