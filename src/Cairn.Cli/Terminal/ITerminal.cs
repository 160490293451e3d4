namespace Cairn.Cli.Terminal;

/// <summary>A terminal that gives keys one by one and shows text on one row that is written again. Tests give their own.</summary>
internal interface ITerminal
{
    /// <summary>The cells of a row.</summary>
    int Width { get; }

    /// <summary>Waits for a key. A Ctrl+C is one.</summary>
    ConsoleKeyInfo ReadKey();

    /// <summary>Shows text as it is, control sequences included.</summary>
    void Write(string text);
}
