namespace Cairn.Contracts.Generator.Layouts;

/// <summary>Text is no description of a layout, or one of layouts that cannot be.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class LayoutTextException(string message) : Exception(message);
