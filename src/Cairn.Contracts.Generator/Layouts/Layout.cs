using System.Text;

namespace Cairn.Contracts.Generator.Layouts;

/// <summary>A field in the description of a layout.</summary>
internal sealed class LayoutField(string name, LayoutType type)
{
    public string Name { get; } = name;

    public LayoutType Type { get; } = type;
}

/// <summary>
/// The description of the layout of a contract or record: <c>contract{Name:str,Offers:list&lt;Shop.Offer&gt;}</c>. Fields of base classes come first. Where it is not known while compiling (a record that is written by hand), it is
/// <c>unknown</c>.
/// </summary>
internal sealed class Layout
{
    public const string Contract = "contract";
    public const string Record = "record";
    public const string Base = "base";
    public const string Unknown = "unknown";

    public Layout(string name, string kind, IReadOnlyList<LayoutField> fields)
    {
        Name = name;
        Kind = kind;
        Fields = fields;
    }

    /// <summary>The name: that of the type, with the arguments it is made with.</summary>
    public string Name { get; }

    /// <summary><see cref="Contract"/>, <see cref="Record"/>, <see cref="Base"/> (an abstract class, of which there is no value) or <see cref="Unknown"/>.</summary>
    public string Kind { get; }

    public IReadOnlyList<LayoutField> Fields { get; }

    public bool IsContract => string.Equals(Kind, Contract, StringComparison.Ordinal);

    public bool IsUnknown => string.Equals(Kind, Unknown, StringComparison.Ordinal);

    /// <summary>Reads a description.</summary>
    /// <exception cref="LayoutTextException">The text is none.</exception>
    public static Layout Parse(string name, string text)
    {
        if (!LayoutType.Parse(name).IsRecord)
        {
            throw new LayoutTextException($"'{name}' is no name of a contract or record");
        }

        int at = text.IndexOf('{');
        string kind = at < 0 ? text : text.Substring(0, at);
        if (at < 0 ? kind is not Unknown : kind is not (Contract or Record or Base))
        {
            throw new LayoutTextException($"'{name}' is described by '{(kind.Length > 40 ? kind.Substring(0, 40) + "…" : kind)}', which is none of contract, record, base and unknown");
        }

        return new(name, kind, at < 0 ? [] : ParseFields(name, text, at));
    }

    /// <summary>The description.</summary>
    public override string ToString()
    {
        if (IsUnknown)
        {
            return Unknown;
        }

        StringBuilder text = new(Kind + "{");
        foreach (LayoutField field in Fields)
        {
            text.Append(text[text.Length - 1] == '{' ? "" : ",").Append(field.Name).Append(':').Append(field.Type);
        }

        return text.Append('}').ToString();
    }

    private static List<LayoutField> ParseFields(string owner, string text, int at)
    {
        List<LayoutField> fields = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        at++;
        while (at < text.Length && text[at] != '}')
        {
            int colon = text.IndexOf(':', at);
            string name = colon < 0 ? "" : text.Substring(at, colon - at);
            if (name.Length == 0 || name.Any(static character => character is '<' or '>' or ',' or '{' or '}' || char.IsWhiteSpace(character) || char.IsControl(character)))
            {
                throw new LayoutTextException($"field {fields.Count + 1} of '{owner}' has no name");
            }

            if (!names.Add(name))
            {
                throw new LayoutTextException($"'{owner}' has two fields '{name}'");
            }

            at = colon + 1;
            fields.Add(new(name, LayoutType.Parse(text, ref at, depth: 0)));
            if (at < text.Length && text[at] == ',')
            {
                at++;
            }
            else
            {
                break;
            }
        }

        return at == text.Length - 1 && text[at] == '}' ? fields : throw new LayoutTextException($"the description of '{owner}' does not end with '}}'");
    }
}
