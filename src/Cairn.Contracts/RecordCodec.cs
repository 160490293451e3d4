namespace Cairn.Contracts;

/// <summary>How a record is laid out: its fields one after the other, without gaps.</summary>
/// <typeparam name="T">The record.</typeparam>
public sealed class RecordCodec<T> : PlacedCodec<T>
    where T : IStorageValue
{
    private readonly Func<StoragePlace, T> _open;

    /// <summary>Makes the layout of a record.</summary>
    /// <param name="name">What the record is called in descriptions.</param>
    /// <param name="open">Makes an accessor for a place.</param>
    /// <param name="fields">The fields, those of base classes first.</param>
    /// <exception cref="ArgumentException">Two fields have the same name, or the fields do not fit into a slot: a vector can only be the last one.</exception>
    public RecordCodec(string name, Func<StoragePlace, T> open, IEnumerable<StorageField> fields)
        : this(name, open, Place(name, fields))
    {
    }

    private RecordCodec(string name, Func<StoragePlace, T> open, StorageField[] fields)
        : base($"{{{string.Join(',', fields.Select(field => $"{field.Name}:{field.Codec.TypeName}"))}}}", fields.Length == 0 ? 0 : (uint)Math.Min(uint.MaxValue, (ulong)fields[^1].Offset + fields[^1].Codec.Size))
    {
        ArgumentNullException.ThrowIfNull(open);
        Name = name;
        Fields = fields;
        IsPlain = fields.All(field => field.Codec.IsPlain);
        _open = open;
    }

    /// <summary>What the record is called in descriptions.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StorageField> Fields { get; }

    /// <inheritdoc/>
    internal override bool IsPlain { get; }

    /// <inheritdoc/>
    public override T Read(StoragePlace place) => _open(place);

    /// <summary>The offset of a field.</summary>
    /// <param name="field">Its name.</param>
    /// <exception cref="ArgumentException">There is no such field.</exception>
    public uint OffsetOf(string field) =>
        Fields.FirstOrDefault(candidate => string.Equals(candidate.Name, field, StringComparison.Ordinal))?.Offset ?? throw new ArgumentException($"{Name} has no field '{field}'.", nameof(field));

    /// <inheritdoc/>
    internal override void Copy(StoragePlace from, StoragePlace to)
    {
        foreach (StorageField field in Fields)
        {
            field.Codec.Copy(from.At(field.Offset), to.At(field.Offset));
        }
    }

    /// <inheritdoc/>
    internal override void Reset(StoragePlace place)
    {
        foreach (StorageField field in Fields)
        {
            field.Codec.Reset(place.At(field.Offset));
        }
    }

    private static StorageField[] Place(string name, IEnumerable<StorageField> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        List<StorageField> placed = [];
        ulong offset = 0;
        foreach (StorageField field in fields)
        {
            if (placed.Exists(other => string.Equals(other.Name, field.Name, StringComparison.Ordinal)))
            {
                throw new ArgumentException($"{name} has two fields '{field.Name}'.", nameof(fields));
            }

            if (offset > uint.MaxValue || (placed.Count > 0 && placed[^1].Codec.Size == uint.MaxValue))
            {
                throw new ArgumentException($"{name}: the fields before '{field.Name}' fill the slot. A vector can only be the last field; put it behind an indirection.", nameof(fields));
            }

            placed.Add(field with { Offset = (uint)offset });
            offset += field.Codec.Size;
        }

        return [.. placed];
    }
}
