using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cairn.Cli.Input;

namespace Cairn.Cli.Commands;

/// <summary>The options that several commands have. Each command makes its own.</summary>
internal static class CommonOptions
{
    /// <summary><c>--store</c>.</summary>
    public static Option<string> Store() => Store("The store: a path, or dir:PATH, jsonl:PATH, memory:", isRequired: true);

    /// <summary><c>--store</c> with a description of its own.</summary>
    public static Option<string> Store(string description, bool isRequired)
    {
        Option<string> store = new("--store") { Required = isRequired, HelpName = "STORE", Description = description };
        store.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError("--store is the path of a store, which is not empty");
            }
        });
        return store;
    }

    /// <summary>An option whose value names a file or directory.</summary>
    public static Option<string> Path(string name, string helpName, string description, bool isRequired)
    {
        Option<string> path = new(name) { Required = isRequired, HelpName = helpName, Description = description };
        path.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
            {
                result.AddError($"{name} is a path, which is not empty");
            }
        });
        return path;
    }

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json(string what) => Flag("--json", what);

    /// <summary>An option without a value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Arity = ArgumentArity.Zero, Description = description };

    /// <summary><c>--tree</c>.</summary>
    public static Option<TreeKind> Tree() => Choice("--tree", "state|local", "The tree: state (the default), which the root covers, or local, this node's own records", ("state", TreeKind.State), ("local", TreeKind.Local));

    /// <summary><c>--at</c>.</summary>
    public static Option<BlockHeight?> At() => Height("--at", "Answer as of the newest block at or below this height, any that is retained. Default: the newest block");

    /// <summary>An option whose value is a height.</summary>
    public static Option<BlockHeight?> Height(string name, string description) => new(name)
    {
        HelpName = "HEIGHT",
        Description = description,
        CustomParser = result => ParseHeight(name, result),
    };

    /// <summary>An option whose value is a time, in 100 ns ticks since 1970-01-01 UTC.</summary>
    public static Option<long?> Time(string name, string description) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (Rfc3339.TryParse(System.Text.Encoding.UTF8.GetBytes(word), out long ticks, out string reason))
            {
                return ticks;
            }

            result.AddError($"{name} is a time in RFC 3339, not '{word}': {reason}");
            return null;
        },
    };

    /// <summary>An argument that is a height.</summary>
    public static Argument<BlockHeight?> HeightArgument(string name, string description, bool isRequired) => new(name)
    {
        Description = description,
        Arity = isRequired ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
        CustomParser = result => ParseHeight(name, result),
    };

    /// <summary>An option whose value is one of a few words; left out it is the default of its type.</summary>
    public static Option<T> Choice<T>(string name, string helpName, string description, params (string Word, T Value)[] choices) => new(name)
    {
        HelpName = helpName,
        Description = description,
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            foreach ((string known, T value) in choices)
            {
                if (string.Equals(word, known, StringComparison.Ordinal))
                {
                    return value;
                }
            }

            result.AddError($"{name} is one of {string.Join(", ", choices.Select(choice => choice.Word))}, not '{word}'");
            return default!;
        },
    };

    /// <summary>An option whose value is a number that is not negative.</summary>
    public static Option<long?> Number(string name, string description) => new(name)
    {
        HelpName = "N",
        Description = description,
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                return number;
            }

            result.AddError($"{name} is a number from 0 to {long.MaxValue}, not '{word}'");
            return null;
        },
    };

    /// <summary><c>--retain-blocks</c>: a number from 1, or <c>all</c>, which is 0 here; null when it is left out.</summary>
    public static Option<long?> RetainBlocks() => new("--retain-blocks")
    {
        HelpName = "N|all",
        Description = "How many of the newest blocks the log retains; older ones are removed. Default: 1000. A jsonl store keeps all",
        CustomParser = result =>
        {
            string word = result.Tokens[0].Value;
            if (string.Equals(word, "all", StringComparison.Ordinal))
            {
                return 0;
            }

            if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0)
            {
                return number;
            }

            result.AddError($"--retain-blocks is a number from 1, or all, not '{word}'");
            return null;
        },
    };

    private static BlockHeight? ParseHeight(string name, ArgumentResult result)
    {
        string word = result.Tokens[0].Value;
        if (ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out ulong height))
        {
            return new BlockHeight(height);
        }

        result.AddError($"{name} is a height, a number from 0 to {ulong.MaxValue}, not '{word}'");
        return null;
    }

    /// <summary>An option or argument that stands for bytes: text, or hexadecimal digits with a flag.</summary>
    public static byte[] Bytes(string name, string text, bool isHex)
    {
        if (!isHex)
        {
            return System.Text.Encoding.UTF8.GetBytes(text);
        }

        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new CliException(ExitCode.Malformed, $"{name} '{text}' does not consist of pairs of hexadecimal digits, as --key-hex says.");
        }
    }
}
