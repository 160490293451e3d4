using System.Diagnostics;

namespace Cairn.Cli.Output;

/// <summary>One line on a terminal that is written over and over; nothing elsewhere. Safe for any thread.</summary>
internal sealed class ProgressLine(CliStreams streams) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Lock _lock = new();
    private long _last = Stopwatch.GetTimestamp();
    private bool _isShown;

    /// <summary>Shows how far the command is, if it is time to.</summary>
    /// <param name="text">Makes the text.</param>
    public void Show(Func<string> text)
    {
        lock (_lock)
        {
            if (streams.IsErrorTerminal && Stopwatch.GetElapsedTime(_last) >= Interval)
            {
                _last = Stopwatch.GetTimestamp();
                _isShown = true;
                streams.Error.Write($"\r{text()}\u001b[K");
            }
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose() => Clear();

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (_isShown)
            {
                streams.Error.Write("\r\u001b[K");
                _isShown = false;
            }
        }
    }
}
