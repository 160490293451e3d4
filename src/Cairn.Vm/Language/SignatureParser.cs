using System.Collections.Immutable;
using Cairn.Vm.Bytecode;

namespace Cairn.Vm.Language;

/// <summary>Reads the head of a function: <c>name(a, b)</c>.</summary>
internal static class SignatureParser
{
    /// <summary>Reads it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="start">Where in its content the name begins, or blanks before it.</param>
    /// <param name="errors">Where mistakes go.</param>
    /// <returns>The head; null when something is wrong.</returns>
    public static Signature? Parse(LineText line, int start, ErrorList errors)
    {
        OperandCursor cursor = new(line, start, errors);
        cursor.SkipBlanks();
        SourcePosition position = cursor.Position;
        if (ReadName(ref cursor, "function", errors) is not { } name || !ReadMark(ref cursor, '(', errors))
        {
            return null;
        }

        ImmutableArray<string>.Builder parameters = ImmutableArray.CreateBuilder<string>();
        cursor.SkipBlanks();
        while (!cursor.Rest.StartsWith(')'))
        {
            if (parameters.Count > 0 && !ReadMark(ref cursor, ',', errors))
            {
                return null;
            }

            cursor.SkipBlanks();
            SourcePosition place = cursor.Position;
            if (ReadName(ref cursor, "parameter", errors) is not { } parameter)
            {
                return null;
            }

            if (parameters.Contains(parameter) || parameters.Count == ProgramLimits.MaxParameters)
            {
                errors.Add(place, parameter, parameters.Contains(parameter) ? $"parameter {{0}} twice in '{name}'" : $"more than {ProgramLimits.MaxParameters} parameters");
                return null;
            }

            parameters.Add(parameter);
            cursor.SkipBlanks();
        }

        cursor.Skip(1);
        if (cursor.SkipBlanks())
        {
            errors.Add(cursor.Position, cursor.Rest, "unexpected text {0} behind the head of a function");
            return null;
        }

        return new Signature(name, parameters.ToImmutable(), position);
    }

    private static string? ReadName(ref OperandCursor cursor, string what, ErrorList errors)
    {
        int end = cursor.Rest.IndexOfAny("(), \t");
        ReadOnlySpan<char> name = end < 0 ? cursor.Rest : cursor.Rest[..end];
        if (!ProgramNames.IsIdentifier(name))
        {
            errors.Add(cursor.Position, name.IsEmpty ? cursor.Rest : name, name.IsEmpty ? $"no name of a {what}" : $"{{0}} is no name of a {what}", advice: "write def NAME(PARAMETER, …): with names of letters, digits and underscores");
            return null;
        }

        cursor.Skip(name.Length);
        return name.ToString();
    }

    private static bool ReadMark(ref OperandCursor cursor, char mark, ErrorList errors)
    {
        cursor.SkipBlanks();
        if (cursor.Rest.StartsWith(mark))
        {
            cursor.Skip(1);
            return true;
        }

        errors.Add(cursor.Position, cursor.Rest, cursor.Rest.IsEmpty ? $"no '{mark}' in the head of a function" : $"no '{mark}' before {{0}} in the head of a function", advice: "write def NAME(PARAMETER, …):");
        return false;
    }
}
