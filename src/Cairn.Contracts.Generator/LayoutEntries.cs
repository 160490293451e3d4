using System.Runtime.CompilerServices;
using Cairn.Contracts.Generator.Layouts;
using Microsoft.CodeAnalysis;

namespace Cairn.Contracts.Generator;

/// <summary>
/// Gathers the descriptions that a type of the project has to bring along: those of records with type arguments, of which every use is a layout of its own, and those of records of other assemblies, which say so by
/// <c>[ContractLayout]</c>. So the assembly describes all that its contracts store.
/// </summary>
internal sealed class LayoutEntries
{
    private const string AttributeName = "Cairn.Contracts.ContractLayoutAttribute";

    private static readonly ConditionalWeakTable<IAssemblySymbol, Dictionary<string, Layout>> Known = new();

    private readonly SortedDictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>What was gathered.</summary>
    public IEnumerable<LayoutEntry> All => _texts.Select(static entry => new LayoutEntry(entry.Key, entry.Value));

    /// <summary>Adds a record, and what is in it where that is described elsewhere. One that has type parameters of a record around it is no use of its own yet.</summary>
    /// <param name="type">The record.</param>
    /// <param name="name">Its name.</param>
    /// <param name="layout">Its layout; null when it is not declared in the project.</param>
    public void Add(INamedTypeSymbol type, string name, Layout? layout)
    {
        if (name.IndexOf('$') >= 0)
        {
            return;
        }

        if (layout is not null)
        {
            _texts[name] = layout.ToString();
            return;
        }

        Stack<string> open = new([name]);
        while (open.Count > 0)
        {
            string next = open.Pop();
            Layout? found = Find(type, next);
            if (_texts.ContainsKey(next) || (found is null && !string.Equals(next, name, StringComparison.Ordinal)))
            {
                continue;
            }

            _texts[next] = found?.ToString() ?? Layout.Unknown;
            foreach (LayoutType inner in found?.Fields.SelectMany(static field => RecordsIn(field.Type)) ?? [])
            {
                open.Push(inner.ToString());
            }
        }
    }

    /// <summary>The layout that the assembly of a type describes; null where it does not.</summary>
    public static Layout? Find(INamedTypeSymbol type, string name)
    {
        Dictionary<string, Layout> known = Known.GetValue(type.ContainingAssembly, Read);
        if (known.TryGetValue(name, out Layout? found))
        {
            return found;
        }

        LayoutType label = LayoutType.Parse(name);
        string template = label.Arguments.Count == 0 ? "" : $"{label.Name}<{string.Join(",", label.Arguments.Select(static (_, index) => "$" + index))}>";
        return known.TryGetValue(template, out found)
            ? new(name, found.Kind, [.. found.Fields.Select(field => new LayoutField(field.Name, field.Type.With(label.Arguments)))])
            : null;
    }

    private static Dictionary<string, Layout> Read(IAssemblySymbol assembly)
    {
        Dictionary<string, Layout> known = new(StringComparer.Ordinal);
        foreach (AttributeData attribute in assembly.GetAttributes())
        {
            if (string.Equals(attribute.AttributeClass?.ToDisplayString(), AttributeName, StringComparison.Ordinal)
                && attribute.ConstructorArguments.Length == 2
                && attribute.ConstructorArguments[0].Value is string name
                && attribute.ConstructorArguments[1].Value is string text)
            {
                try
                {
                    known[name] = Layout.Parse(name, text);
                }
                catch (LayoutTextException)
                {
                    // Written by hand, and wrongly: the record stays unknown, and the analyzer of layouts says so.
                }
            }
        }

        return known;
    }

    private static IEnumerable<LayoutType> RecordsIn(LayoutType type) => type.IsRecord ? [type] : type.Arguments.SelectMany(RecordsIn);
}
