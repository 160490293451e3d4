namespace Cairn.Contracts.Execution;

/// <summary>Items, as many as it says before them.</summary>
internal sealed class ArrayCallCodec<T>(CallCodec<T> items) : CallCodec<T[]>($"array<{items.TypeName}>", sizeof(uint))
{
    public override T[] Read(ref CallReader reader)
    {
        T[] values = new T[reader.TakeCount(TypeName, items.MinBytes)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = items.Read(ref reader);
        }

        return values;
    }

    public override void Write(CallWriter writer, T[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteCount(value.Length);
        foreach (T item in value)
        {
            items.Write(writer, item);
        }
    }
}

/// <summary>A value, or nothing.</summary>
internal sealed class OptionalCallCodec<T>(CallCodec<T> values) : CallCodec<T?>($"optional<{values.TypeName}>", minBytes: 1)
    where T : struct
{
    public override T? Read(ref CallReader reader) => BooleanCallCodec.Flag(ref reader, TypeName) ? values.Read(ref reader) : null;

    public override void Write(CallWriter writer, T? value)
    {
        CallCodecs.Boolean.Write(writer, value is not null);
        if (value is { } there)
        {
            values.Write(writer, there);
        }
    }
}

/// <summary>Two values.</summary>
internal sealed class TupleCallCodec<T1, T2>(CallCodec<T1> first, CallCodec<T2> second) : CallCodec<(T1, T2)>($"({first.TypeName},{second.TypeName})", first.MinBytes + second.MinBytes)
{
    public override (T1, T2) Read(ref CallReader reader) => (first.Read(ref reader), second.Read(ref reader));

    public override void Write(CallWriter writer, (T1, T2) value)
    {
        first.Write(writer, value.Item1);
        second.Write(writer, value.Item2);
    }
}

/// <summary>Three values.</summary>
internal sealed class TupleCallCodec<T1, T2, T3>(CallCodec<T1> first, CallCodec<T2> second, CallCodec<T3> third)
    : CallCodec<(T1, T2, T3)>($"({first.TypeName},{second.TypeName},{third.TypeName})", first.MinBytes + second.MinBytes + third.MinBytes)
{
    public override (T1, T2, T3) Read(ref CallReader reader) => (first.Read(ref reader), second.Read(ref reader), third.Read(ref reader));

    public override void Write(CallWriter writer, (T1, T2, T3) value)
    {
        first.Write(writer, value.Item1);
        second.Write(writer, value.Item2);
        third.Write(writer, value.Item3);
    }
}

/// <summary>Four values.</summary>
internal sealed class TupleCallCodec<T1, T2, T3, T4>(CallCodec<T1> first, CallCodec<T2> second, CallCodec<T3> third, CallCodec<T4> fourth)
    : CallCodec<(T1, T2, T3, T4)>($"({first.TypeName},{second.TypeName},{third.TypeName},{fourth.TypeName})", first.MinBytes + second.MinBytes + third.MinBytes + fourth.MinBytes)
{
    public override (T1, T2, T3, T4) Read(ref CallReader reader) => (first.Read(ref reader), second.Read(ref reader), third.Read(ref reader), fourth.Read(ref reader));

    public override void Write(CallWriter writer, (T1, T2, T3, T4) value)
    {
        first.Write(writer, value.Item1);
        second.Write(writer, value.Item2);
        third.Write(writer, value.Item3);
        fourth.Write(writer, value.Item4);
    }
}
