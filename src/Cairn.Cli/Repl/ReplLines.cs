using System.Text;
using Cairn.Cli.Terminal;

namespace Cairn.Cli.Repl;

/// <summary>Puts lines together to entries: from a terminal, where an empty line ends a block, or from a file or pipe, where the next line that stands further out does.</summary>
internal abstract class ReplLines
{
    /// <summary>The next entry.</summary>
    /// <returns>Its text; null when there are no more.</returns>
    public abstract string? ReadEntry();

    /// <summary>Lines that are typed.</summary>
    internal sealed class Typed(LineEditor editor) : ReplLines
    {
        private const string FirstPrompt = "cairn> ";
        private const string BlockPrompt = "     > ";
        private const string TransactionPrompt = "   tx> ";

        /// <inheritdoc/>
        public override string? ReadEntry()
        {
            EntryText entry = new();
            while (true)
            {
                string prompt = entry.IsEmpty ? FirstPrompt : entry.IsInBlock ? BlockPrompt : TransactionPrompt;
                switch (editor.Read(prompt, entry.NextIndentation, out string line))
                {
                    case LineEnd.Closed:
                        return null;
                    case LineEnd.Cancelled:
                        entry = new EntryText();
                        continue;
                }

                if (line.Trim().Length > 0)
                {
                    entry.Add(entry.IsEmpty ? line.TrimStart() : line);
                }
                else
                {
                    entry.EndBlock();
                }

                if (entry.IsComplete)
                {
                    return entry.Text;
                }
            }
        }
    }

    /// <summary>Lines of a file or pipe.</summary>
    internal sealed class Read(TextReader reader) : ReplLines
    {
        private string? _ahead;

        /// <inheritdoc/>
        public override string? ReadEntry()
        {
            EntryText entry = new();
            while (Next() is { } line)
            {
                if (entry.IsInBlock && entry.IsEndedBy(line))
                {
                    entry.EndBlock();
                    if (entry.IsComplete)
                    {
                        _ahead = line;
                        return entry.Text;
                    }
                }

                if (!entry.IsEmpty || (line.Trim().Length > 0 && !line.TrimStart().StartsWith('#')))
                {
                    entry.Add(line);
                }

                if (entry.IsComplete)
                {
                    return entry.Text;
                }
            }

            return entry.IsEmpty ? null : entry.Text;
        }

        private string? Next()
        {
            try
            {
                string? line = _ahead ?? reader.ReadLine();
                _ahead = null;
                return line;
            }
            catch (DecoderFallbackException)
            {
                throw new CliException(ExitCode.Malformed, "the input is no text in UTF-8.");
            }
        }
    }
}
