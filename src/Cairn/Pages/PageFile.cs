using System.Globalization;

namespace Cairn.Pages;

/// <summary>
/// One page file as the store knows it.
/// <list type="bullet">
/// <item><see cref="End"/> only grows; a reader that learnt an id finds the page below it.</item>
/// <item>Everything else is changed only by the thread that writes checkpoints (or refreshes a read-only home).</item>
/// </list>
/// </summary>
internal sealed class PageFile(string directory, uint number, long end)
{
    private const string Extension = ".pages";
    private const int Digits = 8;

    private long _end = end;
    private long _liveBytes;

    /// <summary>The number of the file.</summary>
    public uint Number { get; } = number;

    /// <summary>The path of the file.</summary>
    public string Path { get; } = System.IO.Path.Combine(directory, NameOf(number));

    /// <summary>Whether nothing is appended any more.</summary>
    public bool IsSealed { get; set; }

    /// <summary>The generation of the manifest that left the file out, because nothing in it was live any more; 0 while the newest one lists it, or will.</summary>
    public ulong ReleasedBy { get; set; }

    /// <summary>Versions before this one need nothing in the file.</summary>
    public ulong FirstVersion { get; init; }

    /// <summary>Once released: this version and later ones need nothing in the file.</summary>
    public ulong EndVersion { get; set; }

    /// <summary>Where the next page goes; the bytes of the file, buffered ones included.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>The bytes of it that the newest manifest refers to.</summary>
    public long LiveBytes
    {
        get => Volatile.Read(ref _liveBytes);
        set => Volatile.Write(ref _liveBytes, value);
    }

    /// <summary>The name of the file with a number: 8 hexadecimal digits.</summary>
    public static string NameOf(uint number) => number.ToString("x8", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The number in a name.</summary>
    /// <returns>Whether the name is that of a page file.</returns>
    public static bool TryParse(string name, out uint number)
    {
        number = 0;
        return name.Length == Digits + Extension.Length
            && uint.TryParse(name.AsSpan(0, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && number != 0
            && string.Equals(name, NameOf(number), StringComparison.Ordinal);
    }
}
