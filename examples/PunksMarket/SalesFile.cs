using System.Globalization;
using Cairn.Contracts;

namespace Cairn.Examples.Punks;

/// <summary>Reads sales from a file of comma-separated values: <c>block,timestamp,punk_id,price_wei,from,to,tx</c>, in the order of the chain.</summary>
internal static class SalesFile
{
    private const string Heading = "block,timestamp,punk_id,price_wei,from,to,tx";
    private const int Columns = 7;

    /// <summary>Reads the file, line by line.</summary>
    /// <exception cref="FormatException">A line is no sale; the message names it.</exception>
    public static IEnumerable<Sale> Read(string path)
    {
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (number == 1)
            {
                if (!string.Equals(line, Heading, StringComparison.Ordinal))
                {
                    throw new FormatException($"{path}: the first line is '{line}', not '{Heading}'.");
                }

                continue;
            }

            yield return Parse(line) ?? throw new FormatException($"{path}:{number}: '{line}' is no sale.");
        }
    }

    private static Sale? Parse(string line)
    {
        string[] fields = line.Split(',');
        return fields.Length == Columns
            && ulong.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong height)
            && DateTimeOffset.TryParseExact(fields[1], "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            && ushort.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out ushort punk)
            && punk < Market.PunkCount
            && UInt128.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 price)
            && Address.TryParse(fields[4], out Address seller)
            && Address.TryParse(fields[5], out Address buyer)
            && fields[6].StartsWith("0x", StringComparison.Ordinal)
            && Hash256.TryParse(fields[6][2..], out Hash256 transaction)
            ? new Sale(new BlockHeight(height), time, punk, price, seller, buyer, transaction)
            : null;
    }
}
