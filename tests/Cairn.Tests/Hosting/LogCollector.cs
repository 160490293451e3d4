using Microsoft.Extensions.Logging;

namespace Cairn.Tests.Hosting;

/// <summary>A message of a logger.</summary>
internal sealed record LogMessage(string Category, LogLevel Level, EventId Id, string Text, Exception? Exception);

/// <summary>Keeps what is logged.</summary>
internal sealed class LogCollector : ILoggerProvider, ILoggerFactory
{
    private readonly List<LogMessage> _messages = [];

    public IReadOnlyList<LogMessage> Messages
    {
        get
        {
            lock (_messages)
            {
                return [.. _messages];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Logger(LogCollector owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (owner._messages)
            {
                owner._messages.Add(new LogMessage(category, logLevel, eventId, formatter(state, exception), exception));
            }
        }
    }
}
