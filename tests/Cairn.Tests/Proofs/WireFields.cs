using Cairn.Format;

namespace Cairn.Tests.Proofs;

/// <summary>A protobuf message taken apart into fields, changed somewhere, and put together again with lengths that fit: damage that a bit flip never makes.</summary>
internal sealed class WireFields
{
    private readonly List<Field> _fields;

    private WireFields(List<Field> fields) => _fields = fields;

    /// <summary>Takes bytes apart; null when they do not look like a message.</summary>
    public static WireFields? Read(ReadOnlySpan<byte> bytes)
    {
        List<Field> fields = [];
        while (!bytes.IsEmpty)
        {
            byte tag = bytes[0];
            if (tag is 0 or >= 0x40 || (tag & 7) is not (0 or 2) || !Varint.TryRead(bytes[1..], out ulong number, out int numberBytes))
            {
                return null;
            }

            bytes = bytes[(1 + numberBytes)..];
            if ((tag & 7) == 0)
            {
                fields.Add(new Field(tag, number, null, null));
            }
            else if (number > (ulong)bytes.Length)
            {
                return null;
            }
            else
            {
                byte[] body = bytes[..(int)number].ToArray();
                fields.Add(new Field(tag, 0, body, body.Length > 2 ? Read(body) : null));
                bytes = bytes[body.Length..];
            }
        }

        return new WireFields(fields);
    }

    /// <summary>Changes one field somewhere inside.</summary>
    public void Damage(Random random)
    {
        WireFields at = this;
        while (at._fields.Count > 0 && at._fields[random.Next(at._fields.Count)].Inner is { } inner && random.Next(4) > 0)
        {
            at = inner;
        }

        List<Field> fields = at._fields;
        int place = random.Next(fields.Count + 1);
        Field? field = place < fields.Count ? fields[place] : null;
        switch (random.Next(7))
        {
            case 0 when field is not null:
                fields.Insert(random.Next(fields.Count + 1), field); // twice
                break;
            case 1 when field is not null:
                fields.RemoveAt(place);
                break;
            case 2 when field is not null:
                int other = random.Next(fields.Count);
                (fields[place], fields[other]) = (fields[other], field);
                break;
            case 3:
                fields.Insert(place, new Field((byte)(((1 + random.Next(7)) << 3) | 2), 0, [], null)); // a default written out, or an unknown field
                break;
            case 4:
                fields.Insert(place, new Field((byte)((1 + random.Next(7)) << 3), (ulong)random.Next(3), null, null));
                break;
            case 5 when field is not null:
                fields[place] = field with { LongNumber = true };
                break;
            case 6 when field is { Body: { Length: > 0 } body, Inner: null }:
                byte[] changed = random.Next(2) == 0 ? body[..^1] : [.. body, (byte)random.Next(256)];
                fields[place] = field with { Body = changed };
                break;
            default:
                fields.Clear();
                break;
        }
    }

    public byte[] Encode() => [.. _fields.SelectMany(field => field.Encode())];

    private sealed record Field(byte Tag, ulong Number, byte[]? Body, WireFields? Inner, bool LongNumber = false)
    {
        public byte[] Encode()
        {
            byte[]? body = Inner?.Encode() ?? Body;
            byte[] number = Loose.Number(body is null ? Number : (ulong)body.Length);
            return [Tag, .. LongNumber ? [.. number[..^1], (byte)(number[^1] | 0x80), 0] : number, .. body ?? []];
        }
    }
}
