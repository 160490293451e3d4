using System.Text;
using System.Text.Json;

namespace Cairn.Contracts.Execution;

/// <content>Schedules as JSON: one object with the five prices, each once, nothing else.</content>
public sealed partial record GasSchedule
{
    private const string CallName = "callGas";
    private const string InputByteName = "inputByteGas";
    private const string WriteName = "writeGas";
    private const string WriteByteName = "writeByteGas";
    private const string MemoryKilobyteName = "memoryKilobyteGas";

    private static readonly string[] Names = [CallName, InputByteName, WriteName, WriteByteName, MemoryKilobyteName];

    /// <summary>Reads a schedule as <see cref="ToJson"/> writes it. All five prices have to be there, once each, as whole numbers; nothing else may be.</summary>
    /// <param name="json">The text in UTF-8.</param>
    /// <exception cref="GasScheduleException">The text is no schedule.</exception>
    public static GasSchedule Parse(ReadOnlySpan<byte> json)
    {
        Dictionary<string, ulong> prices = new(StringComparer.Ordinal);
        Utf8JsonReader reader = new(json);
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new GasScheduleException($"A gas schedule is a JSON object, not {reader.TokenType}.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadPrice(ref reader, prices);
            }

            if (reader.Read())
            {
                throw new GasScheduleException("Behind the gas schedule there is more.");
            }
        }
        catch (JsonException fault)
        {
            throw new GasScheduleException($"The gas schedule is no JSON: {fault.Message}", fault);
        }

        foreach (string name in Names)
        {
            if (!prices.ContainsKey(name))
            {
                throw new GasScheduleException($"The gas schedule has no '{name}'.");
            }
        }

        return new GasSchedule
        {
            CallGas = prices[CallName],
            InputByteGas = prices[InputByteName],
            WriteGas = prices[WriteName],
            WriteByteGas = prices[WriteByteName],
            MemoryKilobyteGas = prices[MemoryKilobyteName],
        };
    }

    /// <summary>The schedule as JSON.</summary>
    public string ToJson()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteNumber(CallName, CallGas);
            writer.WriteNumber(InputByteName, InputByteGas);
            writer.WriteNumber(WriteName, WriteGas);
            writer.WriteNumber(WriteByteName, WriteByteGas);
            writer.WriteNumber(MemoryKilobyteName, MemoryKilobyteGas);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void ReadPrice(ref Utf8JsonReader reader, Dictionary<string, ulong> prices)
    {
        string name;
        try
        {
            name = reader.GetString()!;
        }
        catch (InvalidOperationException fault)
        {
            throw new GasScheduleException("The gas schedule has a name that is no text.", fault);
        }

        if (!Names.Contains(name, StringComparer.Ordinal))
        {
            throw new GasScheduleException($"A gas schedule has no '{name}'; it has {string.Join(", ", Names)}.");
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetUInt64(out ulong price) || price > MaxPrice)
        {
            throw new GasScheduleException($"'{name}' is no price: a whole number from 0 to {MaxPrice}.");
        }

        if (!prices.TryAdd(name, price))
        {
            throw new GasScheduleException($"The gas schedule has '{name}' twice.");
        }
    }
}
