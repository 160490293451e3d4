using Cairn.Contracts.Generator.Layouts;

namespace Cairn.Tests.Contracts.Layouts;

/// <summary>Layouts for tests.</summary>
internal static class LayoutText
{
    /// <summary>A set of layouts: names and descriptions in turn.</summary>
    public static LayoutSet Set(params string[] namesAndTexts)
    {
        LayoutSet set = new();
        foreach (string[] pair in namesAndTexts.Chunk(2))
        {
            set.Add(Layout.Parse(pair[0], pair[1]));
        }

        set.Check();
        return set;
    }

    /// <summary>A type with the fields of records in place of their names, as codecs name it.</summary>
    public static string Expand(this LayoutSet set, LayoutType type) =>
        type.IsRecord ? set.Expand(set.Record(type))
        : type.Arguments.Count == 0 ? type.Name
        : $"{type.Name}<{string.Join(",", type.Arguments.Select(set.Expand))}>";

    /// <summary>A layout with the fields of records in place of their names, as codecs name it.</summary>
    public static string Expand(this LayoutSet set, Layout layout) => $"{{{string.Join(",", layout.Fields.Select(field => $"{field.Name}:{set.Expand(field.Type)}"))}}}";
}
