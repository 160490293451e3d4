namespace Cairn.Vm.Language;

/// <summary>What a command is about.</summary>
public enum CommandGroup
{
    /// <summary>The stack.</summary>
    Stack,

    /// <summary>Arithmetic and logic.</summary>
    Arithmetic,

    /// <summary>Variables.</summary>
    Memory,

    /// <summary>What is stored, and who may.</summary>
    Storage,

    /// <summary>Blocks, functions and loops.</summary>
    Control,

    /// <summary>Output and checks.</summary>
    Output,
}
