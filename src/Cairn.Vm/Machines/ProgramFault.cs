using System.Text;

namespace Cairn.Vm.Machines;

/// <summary>Why and where a program could not go on.</summary>
public sealed record ProgramFault
{
    /// <summary>What kind of fault it is.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>What is wrong, with the values that are, and what to do.</summary>
    public required string Message { get; init; }

    /// <summary>The limit that was passed; null unless one was.</summary>
    public MachineLimit? Limit { get; init; }

    /// <summary>How much the limit allows; null unless one was passed.</summary>
    public ulong? Allowed { get; init; }

    /// <summary>The name of the program, as it was compiled: in most cases its file.</summary>
    public string File { get; init; } = "";

    /// <summary>The line of the command in the source, from 1; 0 when it is not known or the fault is of no command.</summary>
    public int Line { get; init; }

    /// <summary>The column of the command, from 1; 0 as with the line.</summary>
    public int Column { get; init; }

    /// <summary>The function that was running; null for the program itself.</summary>
    public string? Function { get; init; }

    /// <summary>The command, as it is written in source; null when the fault is of no command.</summary>
    public string? Command { get; init; }

    /// <summary>What the storage said; null when the fault is not of the storage. Its properties have the values.</summary>
    public Exception? Cause { get; init; }

    /// <summary>The message and the place, as users read them: <c>pay.cairn:4:5: in 'pay': …</c>.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        if (File.Length > 0)
        {
            text.Append(File);
        }

        if (Line > 0)
        {
            text.Append(File.Length > 0 ? ":" : "line ").Append(Line).Append(':').Append(Column);
        }

        if (text.Length > 0)
        {
            text.Append(": ");
        }

        if (Function is { } function)
        {
            text.Append("in '").Append(function).Append("': ");
        }

        return text.Append(Message).ToString();
    }
}
