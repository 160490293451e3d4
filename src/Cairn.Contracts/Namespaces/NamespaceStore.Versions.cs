using System.Globalization;
using System.Text;
using Cairn.Contracts.Namespaces.Access;
using Cairn.Contracts.Values;

namespace Cairn.Contracts.Namespaces;

/// <content>Versions of keys, and values at older heights.</content>
public sealed partial class NamespaceStore
{
    /// <summary>How many versions of a key there are, deletions included.</summary>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public ulong VersionCount(StatePath key)
    {
        RequireReading(key);
        return _session.ReadHead(key.Utf8, out _).Count;
    }

    /// <summary>The number of the current version of a key, which a compare-and-set write expects.</summary>
    /// <returns>The number; 0 if it never had one.</returns>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public ulong CurrentVersion(StatePath key)
    {
        RequireReading(key);
        return _session.ReadHead(key.Utf8, out _).Number;
    }

    /// <summary>Reads a version of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="number">The number.</param>
    /// <exception cref="VersionNotFoundException">The key has no such version, or no longer.</exception>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public ValueVersion GetVersion(StatePath key, ulong number)
    {
        RequireReading(key);
        return _session.TryReadVersion(key, number, out ValueVersion? version, out VersionHead head)
            ? version!
            : throw new VersionNotFoundException(key.ToString(), number, head.Oldest, head.Number);
    }

    /// <summary>Reads the versions of a key, from the oldest one on.</summary>
    /// <returns>The versions, read as they are asked for; those that are dropped meanwhile are left out.</returns>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged; thrown by the step that meets it.</exception>
    public IEnumerable<ValueVersion> Versions(StatePath key)
    {
        RequireReading(key);
        VersionHead head = _session.ReadHead(key.Utf8, out _);
        return ReadVersions(key, head.Oldest, head.Number);
    }

    /// <summary>Drops the older versions of a key; of a deleted key everything, so that its numbers begin again.</summary>
    /// <returns>How many versions are gone.</returns>
    /// <exception cref="AccessDeniedException">The principal may not write there.</exception>
    /// <exception cref="InvalidOperationException">The store is over a view, or the draft can no longer be changed.</exception>
    public ulong DropVersions(StatePath key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _session.DropVersions(this, key);
    }

    /// <summary>In what two versions of a key differ.</summary>
    /// <param name="key">The key.</param>
    /// <param name="first">The number of one.</param>
    /// <param name="second">The number of the other.</param>
    /// <returns>Of two numbers, how far they are apart; else an object with <c>changed</c>, and <c>from</c> and <c>to</c> with their values, <c>fromType</c> and <c>toType</c> with their types.</returns>
    /// <exception cref="VersionNotFoundException">The key has no such version, or no longer.</exception>
    /// <exception cref="AccessDeniedException">The principal may not read there.</exception>
    /// <exception cref="ContractRecordException">What is there is damaged.</exception>
    public StateValue Diff(StatePath key, ulong first, ulong second)
    {
        ValueVersion from = GetVersion(key, first);
        ValueVersion to = GetVersion(key, second);
        if (!from.IsDeleted && !to.IsDeleted && from.Value.Kind == ValueKind.Number && to.Value.Kind == ValueKind.Number)
        {
            return StateValue.FromNumber(Math.Abs(from.Value.Number - to.Value.Number));
        }

        bool isChanged = from.IsDeleted != to.IsDeleted || from.Value != to.Value;
        string json = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"changed\":{(isChanged ? "true" : "false")},\"from\":{from.Value.ToJson()},\"fromType\":\"{TypeName(from)}\",\"to\":{to.Value.ToJson()},\"toType\":\"{TypeName(to)}\"}}");
        return StateValue.ParseObject(Encoding.UTF8.GetBytes(json));
    }

    private static string TypeName(ValueVersion version) => version.IsDeleted ? "deleted" : version.Value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Boolean => "boolean",
        ValueKind.Number => "number",
        ValueKind.String => "string",
        _ => "object",
    };

    private IEnumerable<ValueVersion> ReadVersions(StatePath key, ulong oldest, ulong newest)
    {
        for (ulong number = oldest; number > 0 && number <= newest; number++)
        {
            if (_session.TryReadVersion(key, number, out ValueVersion? version, out _))
            {
                yield return version!;
            }
        }
    }
}
