using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cairn.Cli.Commands;

/// <summary>What a pruned tree is to show: the options that <c>prove-range</c> and <c>verify-range</c> have in common.</summary>
internal sealed class RangeOptions
{
    private readonly Option<string?> _prefix = new("--prefix") { HelpName = "P", Description = "All keys that begin with P" };
    private readonly Option<string?> _from = new("--from") { HelpName = "A", Description = "All keys from A on" };
    private readonly Option<string?> _to = new("--to") { HelpName = "B", Description = "All keys before B" };
    private readonly Option<bool> _keyHex = CommonOptions.Flag("--key-hex", "P, A, B and K are given in hexadecimal digits");
    private readonly Option<string[]> _keys;
    private readonly Option<bool> _wantsNamespace;

    /// <summary>Makes the options.</summary>
    /// <param name="keys">The description of <c>--key</c>.</param>
    /// <param name="wantsNamespace">The description of <c>--namespace</c>.</param>
    public RangeOptions(string keys, string wantsNamespace)
    {
        _keys = new("--key") { HelpName = "K", Description = keys };
        _wantsNamespace = CommonOptions.Flag("--namespace", wantsNamespace);
    }

    /// <summary>Adds them to a command, with what they refuse together.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_prefix);
        command.Options.Add(_from);
        command.Options.Add(_to);
        command.Options.Add(_keys);
        command.Options.Add(_keyHex);
        command.Options.Add(_wantsNamespace);
        command.Validators.Add(Validate);
    }

    /// <summary>Whether <c>--to</c> was given without a bound; nothing is before the empty key.</summary>
    public bool IsEmpty(SymbolResult result) => result.GetResult(_to)?.Tokens is [{ Value: "" }];

    /// <summary>What was asked for.</summary>
    /// <exception cref="CliException">Something is no bytes.</exception>
    public RequestedRange Of(ParseResult parsed)
    {
        bool isHex = parsed.GetValue(_keyHex);
        byte[]? prefix = parsed.GetValue(_prefix) is { } text ? CommonOptions.Bytes("--prefix", text, isHex) : null;
        bool wantsNamespace = parsed.GetValue(_wantsNamespace);
        return new RequestedRange(
            wantsNamespace ? prefix : null,
            wantsNamespace ? null : prefix,
            CommonOptions.Bytes("--from", parsed.GetValue(_from) ?? "", isHex),
            parsed.GetValue(_to) is { } to ? CommonOptions.Bytes("--to", to, isHex) : null,
            [.. (parsed.GetValue(_keys) ?? []).Select(key => CommonOptions.Bytes("--key", key, isHex))]);
    }

    private void Validate(CommandResult result)
    {
        int kinds = (result.GetResult(_prefix) is null ? 0 : 1) + (result.GetResult(_from) is null && result.GetResult(_to) is null ? 0 : 1) + (result.GetResult(_keys) is null ? 0 : 1);
        if (kinds > 1)
        {
            result.AddError("--prefix, a range (--from, --to) and --key exclude each other");
        }
        else if (result.GetResult(_wantsNamespace) is not null && result.GetResult(_prefix) is null)
        {
            result.AddError("--namespace needs --prefix");
        }
    }
}

/// <summary>A namespace, a prefix, a range, or keys of the state tree; the whole of it where nothing is given.</summary>
/// <param name="Namespace">The prefix whose root is wanted; null for entries.</param>
/// <param name="Prefix">What the keys begin with; null for a range or keys.</param>
/// <param name="From">The first key of a range.</param>
/// <param name="To">The key behind a range; null without a bound.</param>
/// <param name="Keys">Keys instead of a range, if there are any.</param>
internal sealed record RequestedRange(byte[]? Namespace, byte[]? Prefix, byte[] From, byte[]? To, byte[][] Keys);
