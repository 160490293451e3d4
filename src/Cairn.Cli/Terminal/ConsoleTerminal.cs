namespace Cairn.Cli.Terminal;

/// <summary>The terminal of the process. Between <see cref="ReadKey"/> calls Ctrl+C is a signal again.</summary>
internal sealed class ConsoleTerminal : ITerminal
{
    private const int UsualWidth = 80;
    private const int LeastWidth = 20;

    /// <inheritdoc/>
    public int Width
    {
        get
        {
            try
            {
                return Console.WindowWidth is > 0 and var width ? Math.Max(width, LeastWidth) : UsualWidth;
            }
            catch (IOException)
            {
                return UsualWidth; // no window that could be asked
            }
        }
    }

    /// <inheritdoc/>
    public ConsoleKeyInfo ReadKey()
    {
        Console.TreatControlCAsInput = true;
        try
        {
            return Console.ReadKey(intercept: true);
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    /// <inheritdoc/>
    public void Write(string text)
    {
        Console.Out.Write(text);
        Console.Out.Flush();
    }
}
