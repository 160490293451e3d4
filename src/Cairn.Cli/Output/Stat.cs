using System.Globalization;

namespace Cairn.Cli.Output;

/// <summary>Something measured.</summary>
/// <param name="Name">Its name, as in JSON.</param>
/// <param name="Value">A text, a <see cref="ulong"/>, a <see cref="double"/>, a <see cref="bool"/>, or null where there is nothing to measure.</param>
internal sealed record Stat(string Name, object? Value)
{
    /// <summary>The value for people.</summary>
    public string Text => Value is null ? "-" : Value is bool flag ? (flag ? "true" : "false") : Convert.ToString(Value, CultureInfo.InvariantCulture)!;
}

/// <summary>Things measured that belong together.</summary>
/// <param name="Name">What they belong to.</param>
/// <param name="Stats">The things.</param>
internal sealed record StatGroup(string Name, Stat[] Stats);
