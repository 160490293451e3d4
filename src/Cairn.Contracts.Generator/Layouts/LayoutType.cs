namespace Cairn.Contracts.Generator.Layouts;

/// <summary>
/// A type in the description of a layout, such as <c>u24</c>, <c>map&lt;address,list&lt;Shop.Offer&gt;&gt;</c> or <c>array&lt;u8,4&gt;</c>. Names of records have a dot in them (those of the global namespace begin with it), so that they are
/// none of the types that storage knows. Type parameters of a generic record are <c>$0</c>, <c>$1</c> and so on.
/// </summary>
internal sealed class LayoutType
{
    /// <summary>How deep types may be nested: more is no description that anybody wrote, and would be read by recursion.</summary>
    private const int MaxDepth = 32;

    private LayoutType(string name, IReadOnlyList<LayoutType> arguments)
    {
        Name = name;
        Arguments = arguments;
    }

    /// <summary>The name without arguments.</summary>
    public string Name { get; }

    /// <summary>The arguments; the length of an array is the last one, a name of digits.</summary>
    public IReadOnlyList<LayoutType> Arguments { get; }

    /// <summary>Whether it is a record, whose layout has a description of its own.</summary>
    public bool IsRecord => Name.IndexOf('.') >= 0;

    /// <summary>Reads a type.</summary>
    /// <exception cref="LayoutTextException">The text is none.</exception>
    public static LayoutType Parse(string text)
    {
        int at = 0;
        LayoutType type = Parse(text, ref at, depth: 0);
        return at == text.Length ? type : throw new LayoutTextException($"'{text}' is no type: '{text.Substring(at)}' is too much");
    }

    /// <summary>Reads the type at a place in a text, and moves the place behind it.</summary>
    public static LayoutType Parse(string text, ref int at, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new LayoutTextException($"a type is nested more than {MaxDepth} times");
        }

        int start = at;
        while (at < text.Length && !IsMark(text[at]))
        {
            at++;
        }

        if (at == start)
        {
            throw new LayoutTextException($"a type is missing at column {at + 1} of '{text}'");
        }

        string name = text.Substring(start, at - start);
        List<LayoutType> arguments = [];
        if (at < text.Length && text[at] == '<')
        {
            do
            {
                at++;
                arguments.Add(Parse(text, ref at, depth + 1));
            }
            while (at < text.Length && text[at] == ',');

            if (at >= text.Length || text[at] != '>')
            {
                throw new LayoutTextException($"'{text}' is no type: '>' is missing");
            }

            at++;
        }

        return new(name, arguments);
    }

    /// <summary>The type with others in place of type parameters.</summary>
    public LayoutType With(IReadOnlyList<LayoutType> parameters) =>
        Name[0] == '$' && int.TryParse(Name.Substring(1), out int index) && index >= 0 && index < parameters.Count
            ? parameters[index]
            : new(Name, [.. Arguments.Select(argument => argument.With(parameters))]);

    /// <inheritdoc/>
    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name}<{string.Join(",", Arguments)}>";

    private static bool IsMark(char character) => character is '<' or '>' or ',' or '{' or '}' or ':' || char.IsWhiteSpace(character) || char.IsControl(character);
}
