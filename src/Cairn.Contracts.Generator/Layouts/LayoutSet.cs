using System.Globalization;

namespace Cairn.Contracts.Generator.Layouts;

/// <summary>Where a field is.</summary>
/// <param name="Field">The field.</param>
/// <param name="Offset">Its offset; null behind a field whose size is not known.</param>
/// <param name="Size">Its bytes in place; null where they are not known.</param>
internal sealed record PlacedLayoutField(LayoutField Field, ulong? Offset, ulong? Size);

/// <summary>Layouts by name, that refer to each other. Serves one thread.</summary>
internal sealed class LayoutSet
{
    /// <summary>The bytes of a slot: what a vector takes, and more than what anything else may take.</summary>
    public const ulong WholeSlot = uint.MaxValue;

    /// <summary>How deep records may be in each other: more is no program that anybody wrote, and would be followed by recursion.</summary>
    private const int MaxNesting = 64;

    private static readonly Dictionary<string, ulong> Sizes = new(StringComparer.Ordinal)
    {
        ["bool"] = 1, ["float"] = 8, ["str"] = 4, ["bytes"] = 4, ["bigint"] = 4, ["datetime"] = 25, ["address"] = 20, ["hash256"] = 32, ["none"] = 0,
    };

    private readonly SortedDictionary<string, Layout> _layouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong?> _sizes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _haveSlots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _underway = new(StringComparer.Ordinal);

    /// <summary>All layouts: contracts, then the others, in the order of their names.</summary>
    public IEnumerable<Layout> All => _layouts.Values.Where(static layout => layout.IsContract).Concat(_layouts.Values.Where(static layout => !layout.IsContract));

    /// <summary>Adds a layout. The same one may come twice.</summary>
    /// <exception cref="LayoutTextException">There is another one of that name.</exception>
    public void Add(Layout layout)
    {
        if (_layouts.TryGetValue(layout.Name, out Layout? known) && !string.Equals(known.ToString(), layout.ToString(), StringComparison.Ordinal))
        {
            throw new LayoutTextException($"'{layout.Name}' has two layouts: {known} and {layout}");
        }

        _layouts[layout.Name] = layout;
    }

    /// <summary>The layout of a name; null without one.</summary>
    public Layout? Find(string name) => _layouts.TryGetValue(name, out Layout? layout) ? layout : null;

    /// <summary>Looks at every layout: that what it refers to is there, and that it fits.</summary>
    /// <exception cref="LayoutTextException">Something does not.</exception>
    public void Check()
    {
        foreach (Layout layout in _layouts.Values)
        {
            SizeOf(layout);
        }
    }

    /// <summary>The layouts that occur in one, itself first; the others in the order of their names.</summary>
    public IEnumerable<Layout> ReachableFrom(Layout start)
    {
        SortedDictionary<string, Layout> found = new(StringComparer.Ordinal);
        Stack<Layout> open = new([start]);
        while (open.Count > 0)
        {
            Stack<LayoutType> types = new(open.Pop().Fields.Select(static field => field.Type));
            while (types.Count > 0)
            {
                LayoutType type = types.Pop();
                if (type.IsRecord)
                {
                    Layout layout = Record(type);
                    if (!ReferenceEquals(layout, start) && !found.ContainsKey(layout.Name))
                    {
                        found.Add(layout.Name, layout);
                        open.Push(layout);
                    }
                }
                else
                {
                    foreach (LayoutType argument in type.Arguments.Where(static argument => !IsNumber(argument)))
                    {
                        types.Push(argument);
                    }
                }
            }
        }

        return [start, .. found.Values];
    }

    /// <summary>The size of a layout; null where it is not known.</summary>
    public ulong? SizeOf(Layout layout)
    {
        if (_sizes.TryGetValue(layout.Name, out ulong? known))
        {
            return known;
        }

        if (_underway.Count >= MaxNesting || !_underway.Add(layout.Name))
        {
            throw new LayoutTextException($"'{layout.Name}' {(_underway.Contains(layout.Name) ? "contains itself" : $"is more than {MaxNesting} records deep in others")}");
        }

        ulong? size = layout.IsUnknown ? null : 0;
        foreach (LayoutField field in layout.Fields)
        {
            if (size >= WholeSlot)
            {
                throw new LayoutTextException($"'{layout.Name}' does not fit into a slot: the fields before '{field.Name}' fill it");
            }

            size += SizeOf(field.Type);
        }

        _underway.Remove(layout.Name);
        size = size is { } bytes ? Math.Min(bytes, WholeSlot) : null;
        _sizes.Add(layout.Name, size);
        return size;
    }

    /// <summary>The fields of a layout with their places.</summary>
    public IEnumerable<PlacedLayoutField> Place(Layout layout)
    {
        ulong? offset = 0;
        foreach (LayoutField field in layout.Fields)
        {
            ulong? size = SizeOf(field.Type);
            yield return new(field, offset, size);
            offset += size;
        }
    }

    /// <summary>The size of a type in place; null where it is not known.</summary>
    /// <exception cref="LayoutTextException">It is no type that storage knows, or does not fit into a slot.</exception>
    public ulong? SizeOf(LayoutType type)
    {
        if (type.IsRecord)
        {
            return SizeOf(Record(type));
        }

        switch (type.Name)
        {
            case "map":
                Arguments(type, 2);
                Item(type.Arguments[0]);
                Item(type.Arguments[1]);
                return 12;
            case "list":
                Arguments(type, 1);
                Item(type.Arguments[0]);
                return 4;
            case "vector":
                Arguments(type, 1);
                Item(type.Arguments[0]);
                return WholeSlot;
            case "indirect":
                Arguments(type, 1);
                SizeOf(type.Arguments[0]);
                return 1;
            case "array":
                Arguments(type, 2);
                ulong? bytes = Item(type.Arguments[0]) * LengthOf(type);
                return bytes >= WholeSlot ? throw new LayoutTextException($"'{type}' does not fit into a slot") : bytes;
            default:
                Arguments(type, 0);
                return Sizes.TryGetValue(type.Name, out ulong size) ? size : IntegerSize(type.Name) ?? throw new LayoutTextException($"'{type.Name}' is no type that storage knows");
        }
    }

    /// <summary>The offsets in a type that refer to other slots, in order.</summary>
    /// <remarks>There can be billions: the caller takes as many as it shows.</remarks>
    public IEnumerable<ulong> SlotsOf(LayoutType type) => !HasSlots(type) ? [] : type.Name switch
    {
        "map" => [4, 8],
        "array" => SlotsOfArray(type),
        "vector" => SlotsOfVector(type),
        _ => type.IsRecord ? SlotsOfRecord(Record(type)) : [0],
    };

    /// <summary>The number of items of an array.</summary>
    public static ulong LengthOf(LayoutType type) =>
        int.TryParse(type.Arguments[1].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int length) ? (ulong)length : throw new LayoutTextException($"'{type}' has no length");

    /// <summary>The layout of a record.</summary>
    public Layout Record(LayoutType type) => Find(type.ToString()) ?? throw new LayoutTextException($"there is no layout of '{type}'");

    /// <summary>Whether anything in a type refers to other slots. Looked up once a record: what has none is not walked.</summary>
    private bool HasSlots(LayoutType type)
    {
        if (!type.IsRecord)
        {
            return type.Name switch
            {
                "map" or "list" or "indirect" or "str" or "bytes" or "bigint" => true,
                "array" => LengthOf(type) > 0 && HasSlots(type.Arguments[0]),
                "vector" => HasSlots(type.Arguments[0]),
                _ => false,
            };
        }

        Layout layout = Record(type);
        if (!_haveSlots.TryGetValue(layout.Name, out bool has))
        {
            has = layout.Fields.Any(field => HasSlots(field.Type));
            _haveSlots.Add(layout.Name, has);
        }

        return has;
    }

    private IEnumerable<ulong> SlotsOfArray(LayoutType type)
    {
        ulong length = LengthOf(type);
        if (SizeOf(type.Arguments[0]) is not { } size)
        {
            yield break;
        }

        for (ulong i = 0; i < length; i++)
        {
            foreach (ulong slot in SlotsOf(type.Arguments[0]))
            {
                yield return (i * size) + slot;
            }
        }
    }

    /// <summary>The items of a vector are behind its length, any number of them.</summary>
    private IEnumerable<ulong> SlotsOfVector(LayoutType type)
    {
        if (SizeOf(type.Arguments[0]) is not { } size)
        {
            yield break;
        }

        for (ulong offset = sizeof(uint); offset + size <= WholeSlot; offset += size)
        {
            foreach (ulong slot in SlotsOf(type.Arguments[0]))
            {
                yield return offset + slot;
            }
        }
    }

    private IEnumerable<ulong> SlotsOfRecord(Layout layout)
    {
        foreach (PlacedLayoutField placed in Place(layout))
        {
            if (placed.Offset is not { } offset)
            {
                yield break;
            }

            foreach (ulong slot in SlotsOf(placed.Field.Type))
            {
                yield return offset + slot;
            }
        }
    }

    private ulong? Item(LayoutType type)
    {
        ulong? size = SizeOf(type);
        return size >= WholeSlot ? throw new LayoutTextException($"an item '{type}' takes all of a slot") : size;
    }

    private static void Arguments(LayoutType type, int count)
    {
        if (type.Arguments.Count != count)
        {
            throw new LayoutTextException($"'{type}' has {type.Arguments.Count} arguments, not {count}");
        }
    }

    private static bool IsNumber(LayoutType type) => type.Name[0] is >= '0' and <= '9';

    private static ulong? IntegerSize(string name) =>
        name[0] is 'u' or 'i' && int.TryParse(name.Substring(1), NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits is > 0 and <= 256 && bits % 8 == 0 && name[1] != '0' ? (ulong)bits / 8 : null;
}
