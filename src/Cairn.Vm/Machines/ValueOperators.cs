using System.Text;
using Cairn.Contracts.Values;

namespace Cairn.Vm.Machines;

/// <summary>
/// What the commands of arithmetic and logic do with kinds that are not two numbers; those the machine computes itself. Numbers are IEEE 754 binary64 and one operation is one rounding, so all nodes agree. None depends on culture.
/// </summary>
internal static class ValueOperators
{
    /// <summary>How often a string can be repeated by <c>mul</c>.</summary>
    public const int MaxRepetitions = 1_000;

    /// <summary>Adds where one is a string: its text and that of the other, one behind the other.</summary>
    public static StateValue Add(in StateValue second, in StateValue top, int maxBytes)
    {
        if (second.Kind != ValueKind.String && top.Kind != ValueKind.String)
        {
            throw WrongTypes("add", second, top, "two numbers, or a string and something");
        }

        string left = second.ToString();
        string right = top.ToString();
        CheckBytes((long)Encoding.UTF8.GetByteCount(left) + Encoding.UTF8.GetByteCount(right), maxBytes);
        return StateValue.FromText(left + right);
    }

    /// <summary>Multiplies a string by a number: repeats it.</summary>
    public static StateValue Multiply(in StateValue second, in StateValue top, int maxBytes)
    {
        bool isTextFirst = second.Kind == ValueKind.String;
        if (!isTextFirst || top.Kind != ValueKind.Number)
        {
            if (isTextFirst || second.Kind != ValueKind.Number || top.Kind != ValueKind.String)
            {
                throw WrongTypes("mul", second, top, "two numbers, or a string and a number");
            }
        }

        string text = (isTextFirst ? second : top).Text;
        double count = (isTextFirst ? top : second).Number;
        if (!(count is >= 0 and <= MaxRepetitions) || count != Math.Truncate(count))
        {
            throw new FaultSignal(FaultKind.OutOfRange, $"A string is repeated a whole number of times, 0 to {MaxRepetitions}, not {NumberText.Format(count)} times.");
        }

        int times = (int)count;
        if (times == 0)
        {
            return StateValue.FromText("");
        }

        CheckBytes((long)Encoding.UTF8.GetByteCount(text) * times, maxBytes);
        return StateValue.FromText(times == 1 ? text : new StringBuilder(text.Length * times).Insert(0, text, times).ToString());
    }

    /// <summary>Orders two values: numbers as IEEE 754 does, so that nothing is less or greater than NaN; strings by their bytes of UTF-8.</summary>
    /// <returns>Below zero, zero, above zero; null when neither comes first.</returns>
    public static int? Compare(string command, in StateValue second, in StateValue top)
    {
        if (second.Kind == ValueKind.Number && top.Kind == ValueKind.Number)
        {
            return second.Number < top.Number ? -1 : second.Number > top.Number ? 1 : second.Number == top.Number ? 0 : null;
        }

        return second.Kind == ValueKind.String && top.Kind == ValueKind.String ? CompareText(second.Text, top.Text) : throw WrongTypes(command, second, top, "two numbers or two strings");
    }

    /// <summary>Says that a command cannot use what it found.</summary>
    public static FaultSignal WrongTypes(string command, in StateValue second, in StateValue top, string wants) =>
        new(FaultKind.WrongType, $"'{command}' needs {wants}, and found {Describe(second)} and {Describe(top)}.");

    /// <summary>Says that a command cannot use what it found.</summary>
    public static FaultSignal WrongType(string command, in StateValue value, string wants) => new(FaultKind.WrongType, $"'{command}' needs {wants}, and found {Describe(value)}.");

    /// <summary>A value for a message: its kind, and the beginning of it as JSON.</summary>
    public static string Describe(in StateValue value)
    {
        const int MostChars = 40;
        string json = value.Kind is ValueKind.String or ValueKind.Object && value.Text.Length > MostChars ? "a long one" : value.ToJson();
        return value.Kind switch
        {
            ValueKind.Null => "null",
            ValueKind.Boolean => $"the Boolean {value}",
            ValueKind.Number => $"the number {value}",
            ValueKind.String => $"the string {json}",
            _ => $"the object {json}",
        };
    }

    /// <summary>Refuses a string that is too long.</summary>
    public static void CheckBytes(long bytes, int maxBytes)
    {
        if (bytes > maxBytes)
        {
            throw FaultSignal.Passed(MachineLimit.StringBytes, (ulong)maxBytes, $"A string would have {bytes} bytes");
        }
    }

    /// <summary>The order of the bytes of UTF-8, which differs from that of UTF-16 where one has half a surrogate pair and the other a character above those.</summary>
    private static int CompareText(string left, string right)
    {
        int at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        char first = left[at];
        char second = right[at];
        bool isFirstPair = char.IsSurrogate(first);
        return isFirstPair == char.IsSurrogate(second) ? first.CompareTo(second) : isFirstPair ? 1 : -1;
    }
}
