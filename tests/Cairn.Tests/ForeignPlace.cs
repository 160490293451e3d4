using System.Globalization;
using System.Runtime.CompilerServices;

namespace Cairn.Tests;

/// <summary>
/// Puts the process into another country, when an environment variable says so: Turkish or German rules for numbers and letters where the framework has them, numbers alone where it has no data of countries, and whatever time zone <c>TZ</c> names. Tests
/// start the test program that way, and nothing may change.
/// </summary>
internal static class ForeignPlace
{
    /// <summary>The environment variable: <c>turkish</c>, <c>german</c>, or <c>numbers</c> where there is no data of countries.</summary>
    public const string Variable = "CAIRN_TEST_PLACE";

    /// <summary>What <c>TZ</c> names then.</summary>
    public const string Zone = "Asia/Kathmandu";

    private static readonly TimeSpan ZoneOffset = new(5, 45, 0);

    /// <summary>Runs before any test.</summary>
    [ModuleInitializer]
    internal static void Enter()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } place)
        {
            return;
        }

        CultureInfo culture = place switch { "turkish" => CultureInfo.GetCultureInfo("tr-TR"), "german" => CultureInfo.GetCultureInfo("de-DE"), _ => Numbers() };
        CultureInfo.DefaultThreadCurrentCulture = culture;
        CultureInfo.DefaultThreadCurrentUICulture = culture;
        CultureInfo.CurrentCulture = culture;
        CultureInfo.CurrentUICulture = culture;
        if (1.5.ToString(culture) != "1,5" || (place == "turkish" && culture.TextInfo.ToUpper('i') != '\u0130') || TimeZoneInfo.Local.GetUtcOffset(DateTime.UnixEpoch.AddYears(40)) != ZoneOffset)
        {
            throw new InvalidOperationException($"The process is in {culture.Name}, {TimeZoneInfo.Local}, which is not where it was put.");
        }
    }

    /// <summary>Numbers as they are written where the comma is decimal, with a minus that no parser expects, and another calendar's dates.</summary>
    private static CultureInfo Numbers()
    {
        CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "\u2212", PositiveSign = "plus" };
        culture.DateTimeFormat.DateSeparator = "!";
        culture.DateTimeFormat.TimeSeparator = "?";
        return culture;
    }
}
