using Cairn.Contracts.Registry;

namespace Cairn.Cli.Commands;

/// <summary>Ids of contracts as they are typed, and texts of contracts as they are printed.</summary>
internal static class ContractArguments
{
    /// <summary>The id of a contract: text, or 0x and hexadecimal digits.</summary>
    public static ContractId Parse(string text)
    {
        try
        {
            return ContractId.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new CliException(ExitCode.Malformed, exception.Message);
        }
    }

    /// <summary>A text on one line, so that what somebody called himself or a key cannot pretend to be another line or field, nor steer a terminal: controls become blanks, and so do the separators and directions of Unicode.</summary>
    public static string OneLine(string text) => string.Create(text.Length, text, static (line, all) =>
    {
        for (int i = 0; i < all.Length; i++)
        {
            line[i] = char.IsControl(all[i]) || all[i] is '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF' ? ' ' : all[i];
        }
    });
}
