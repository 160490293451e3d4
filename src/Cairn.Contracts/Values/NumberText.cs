using System.Globalization;

namespace Cairn.Contracts.Values;

/// <summary>
/// Numbers as text: the fewest digits that give the same number back, never with an exponent, in every culture. So <c>42</c>, <c>-0</c>, <c>0.0000001</c>, <c>1000000000000000000000</c>, <c>NaN</c>, <c>inf</c>, <c>-inf</c>.
/// </summary>
public static class NumberText
{
    /// <summary>The longest text that <see cref="Format"/> makes: the sign, a zero and a point, 323 zeros and up to 17 digits.</summary>
    public const int MaxChars = 343;

    /// <summary>The longest text that <see cref="TryParse"/> takes. No number needs as many digits: 767 tell any two apart.</summary>
    public const int MaxLiteralChars = 1024;

    private const string Infinity = "inf";
    private const string NotANumber = "NaN";

    /// <summary>The text of a number.</summary>
    public static string Format(double number)
    {
        if (double.IsNaN(number))
        {
            return NotANumber;
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? Infinity : "-" + Infinity;
        }

        // The largest safe integer and below: the usual case, with nothing to take apart.
        if (Math.Abs(number) <= 9_007_199_254_740_991 && Math.Truncate(number) == number && !(number == 0 && double.IsNegative(number)))
        {
            return ((long)number).ToString(CultureInfo.InvariantCulture);
        }

        string shortest = number.ToString("R", CultureInfo.InvariantCulture);
        int exponent = shortest.IndexOf('E');
        return exponent < 0 ? shortest : WithoutExponent(shortest.AsSpan(0, exponent), int.Parse(shortest.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Reads a number: an optional sign, then digits with an optional point anywhere among them and an optional exponent (<c>1.</c>, <c>.5</c>, <c>1e3</c>), or <c>inf</c>, <c>infinity</c>, <c>NaN</c> in either case. Rounded to the nearest
    /// number, ties to even; one too large is infinite.
    /// </summary>
    /// <param name="text">The text, up to <see cref="MaxLiteralChars"/> characters, nothing around it.</param>
    /// <param name="number">The number; 0 when it is none.</param>
    /// <returns>Whether the text is a number.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out double number)
    {
        number = 0;
        if (text.Length is 0 or > MaxLiteralChars)
        {
            return false;
        }

        bool isNegative = text[0] == '-';
        ReadOnlySpan<char> unsigned = text[(text[0] is '-' or '+' ? 1 : 0)..];
        if (unsigned.Equals(Infinity, StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            number = isNegative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (unsigned.Equals(NotANumber, StringComparison.OrdinalIgnoreCase))
        {
            number = double.NaN;
            return true;
        }

        return IsDecimal(unsigned) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Digits with at most one point, at least one digit, and an exponent that has digits.</summary>
    private static bool IsDecimal(ReadOnlySpan<char> text)
    {
        int whole = CountDigits(text);
        ReadOnlySpan<char> rest = text[whole..];
        int fraction = 0;
        if (rest.Length > 0 && rest[0] == '.')
        {
            fraction = CountDigits(rest[1..]);
            rest = rest[(1 + fraction)..];
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (rest.Length == 0)
        {
            return true;
        }

        if (rest[0] is not ('e' or 'E'))
        {
            return false;
        }

        ReadOnlySpan<char> power = rest[(rest.Length > 1 && rest[1] is '-' or '+' ? 2 : 1)..];
        return power.Length > 0 && CountDigits(power) == power.Length;
    }

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static string WithoutExponent(ReadOnlySpan<char> mantissa, int exponent)
    {
        ReadOnlySpan<char> sign = mantissa[0] == '-' ? "-" : "";
        mantissa = mantissa[sign.Length..];
        ReadOnlySpan<char> first = mantissa[..1];
        ReadOnlySpan<char> others = mantissa.Length > 2 ? mantissa[2..] : default;
        return exponent < 0
            ? $"{sign}0.{new string('0', -exponent - 1)}{first}{others}"
            : exponent >= others.Length
                ? $"{sign}{first}{others}{new string('0', exponent - others.Length)}"
                : $"{sign}{first}{others[..exponent]}.{others[exponent..]}";
    }
}
