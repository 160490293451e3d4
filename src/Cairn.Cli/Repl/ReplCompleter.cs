using Cairn.Cli.Terminal;
using Cairn.Contracts.Namespaces;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Vm.Language;

namespace Cairn.Cli.Repl;

/// <summary>What words of an entry can become: commands, functions, variables, keys that the principal may read, roles, types.</summary>
internal sealed class ReplCompleter(ReplSession session)
{
    private const int MostKeys = 200;

    private static readonly string[] Roles = [.. Enum.GetNames<Role>().Skip(1).Select(static name => name.ToLowerInvariant())];
    private static readonly string[] Types = [.. Enum.GetNames<StateType>().Select(static name => name.ToLowerInvariant())];

    private static readonly string[] CommandWords = [.. CommandTable.All.SelectMany(static command => command.Alias is { } alias ? [command.Word, alias] : new[] { command.Word }).Order(StringComparer.Ordinal)];

    /// <summary>Finds what the word at the end of a text can become.</summary>
    public Completion Complete(string before)
    {
        int start = before.LastIndexOfAny([' ', '\t']) + 1;
        string[] words = before[..start].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        bool isQuoted = before.AsSpan(start).StartsWith('"');
        start += isQuoted ? 1 : 0;
        string word = before[start..];
        IEnumerable<string> choices = words.Length == 0 ? word.StartsWith(':') ? ReplCommands.Words : CommandWords : Operands(words, word);
        return new Completion(start, [.. choices.Where(choice => choice.StartsWith(word, StringComparison.Ordinal))]);
    }

    private IEnumerable<string> Operands(string[] words, string word) => (words[0], words.Length) switch
    {
        ("call", 1) => session.Functions.Keys,
        ("load" or "store", 1) => session.Memory.Keys.Order(StringComparer.Ordinal),
        ("hasrole" or "requirerole", 1) => Roles,
        ("storep" or "loadp" or "deletep" or "keyexists" or "keyexistsp" or "listkeys" or "loadversionp" or "listversionsp" or "listversionsP" or "diffversionsp", 1) => Keys(word),
        ("storeptyped" or "loadptyped", 1) => Keys(word).Concat(Types),
        ("storeptyped" or "loadptyped", 2) => Types,
        (":help", 1) => CommandWords,
        _ => [],
    };

    /// <summary>Keys up to the next slash behind the word, so that one goes down a level at a time.</summary>
    private IEnumerable<string> Keys(string word)
    {
        try
        {
            using StateView view = session.Store.OpenView();
            return [.. new NamespaceStore(view, session.Principal).List(word, limit: MostKeys).Keys.Select(key => UpToSlash(key.ToString(), word.Length)).Distinct(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is StateStoreException or IOException)
        {
            return []; // no rights there, or no path: nothing to offer
        }
    }

    private static string UpToSlash(string key, int from)
    {
        int slash = key.IndexOf('/', from);
        return slash < 0 ? key : key[..(slash + 1)];
    }
}
