namespace Cairn;

/// <summary>The limits of the data model. They are part of the format: a store never holds anything beyond them.</summary>
public static class StateLimits
{
    /// <summary>The longest key in bytes. It bounds the depth of the tree: nine levels a byte.</summary>
    public const int MaxKeyBytes = 320;

    /// <summary>The longest value in bytes, 16 MiB.</summary>
    public const int MaxValueBytes = 16 * 1024 * 1024;

    /// <summary>Values longer than this are blobs: kept beside the page, which holds their length, place and SHA-256.</summary>
    public const int MaxInlineValueBytes = 1024;

    /// <summary>The most keys and values one block may carry, in bytes, 512 MiB.</summary>
    public const long MaxBlockBytes = 512L * 1024 * 1024;

    /// <summary>The longest opaque payload of a block in bytes, 16 MiB.</summary>
    public const int MaxPayloadBytes = 16 * 1024 * 1024;

    /// <summary>The largest log record, old values and payload included, in bytes, 1 GiB: a record is held in memory as one piece.</summary>
    public const long MaxRecordBytes = 1024L * 1024 * 1024;

    /// <summary>Checks the key of a change.</summary>
    /// <exception cref="ArgumentException">It is empty or too long.</exception>
    internal static void CheckKey(ReadOnlySpan<byte> key)
    {
        if (key.IsEmpty || key.Length > MaxKeyBytes)
        {
            throw new ArgumentException($"A key has 1 to {MaxKeyBytes} bytes, not {key.Length}.", nameof(key));
        }
    }

    /// <summary>Checks a value that is to be put.</summary>
    /// <exception cref="ArgumentException">It is too long.</exception>
    internal static void CheckValue(ReadOnlySpan<byte> value)
    {
        if (value.Length > MaxValueBytes)
        {
            throw new ArgumentException($"A value has at most {MaxValueBytes} bytes, not {value.Length}. Split it over several keys.", nameof(value));
        }
    }
}
