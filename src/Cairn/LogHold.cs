using System.Globalization;
using System.Text;

namespace Cairn;

/// <summary>
/// A named hold on the block log: whoever still needs blocks (a follower, a backup) keeps them from being retired. It does not move the floor: heights below that
/// are not answered, whatever a hold keeps.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Height">The height it was placed at: the blocks above it are kept.</param>
/// <param name="MaxBytes">The most bytes of log it may keep beyond what the store keeps anyway.</param>
/// <param name="HeldBytes">The bytes of log it keeps beyond that; of a broken one, what it kept when it broke.</param>
/// <param name="IsBroken">Whether it had to keep more than it may, so that it keeps nothing any more. It stays, and stays broken, until it is released or placed anew.</param>
public sealed record LogHold(string Name, BlockHeight Height, long MaxBytes, long HeldBytes, bool IsBroken)
{
    /// <summary>The most holds a store has.</summary>
    public const int MaxHolds = 64;

    /// <summary>The longest name of a hold, in bytes of UTF-8. The shortest has one.</summary>
    public const int MaxNameBytes = 64;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What is wrong with a name, in words; null when nothing is. A name is printable: no control, format or separating characters but spaces inside.</summary>
    internal static string? FaultOf(string name)
    {
        int bytes;
        try
        {
            bytes = Strict.GetByteCount(name);
        }
        catch (EncoderFallbackException)
        {
            return "is no valid text";
        }

        return bytes is 0 or > MaxNameBytes ? $"has {bytes} bytes of UTF-8, and 1 to {MaxNameBytes} are allowed"
            : !string.Equals(name, name.Trim(), StringComparison.Ordinal) || !name.EnumerateRunes().All(IsPrintable) ? "has characters that do not print"
            : null;
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
