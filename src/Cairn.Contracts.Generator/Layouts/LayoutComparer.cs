namespace Cairn.Contracts.Generator.Layouts;

/// <summary>
/// Compares deployed contracts with declared ones. A contract's fields are alone in their slot, so something new may come behind them: bytes that were never written are zero. So it is with the value of an <c>indirect</c>, and with a record
/// that is the last field of either. Everywhere else (items of lists, arrays and vectors, keys and values of maps, fields with others behind them) sizes and places are what they are.
/// </summary>
internal sealed class LayoutComparer
{
    private readonly LayoutSet _deployed;
    private readonly LayoutSet _declared;
    private readonly List<LayoutChange> _changes = [];
    private readonly HashSet<(string Deployed, string Declared, bool IsLast)> _compared = [];
    private string _contract = "";
    private string? _field;

    private LayoutComparer(LayoutSet deployed, LayoutSet declared)
    {
        _deployed = deployed;
        _declared = declared;
    }

    /// <summary>What has changed, in the order of the deployed contracts.</summary>
    public static IReadOnlyList<LayoutChange> Compare(LayoutSet deployed, LayoutSet declared)
    {
        LayoutComparer comparer = new(deployed, declared);
        foreach (Layout contract in deployed.All.Where(static layout => layout.IsContract))
        {
            comparer.CompareContract(contract);
        }

        return comparer._changes;
    }

    private void CompareContract(Layout deployed)
    {
        (_contract, _field) = (deployed.Name, null);
        _compared.Clear();
        if (_declared.Find(deployed.Name) is not { } declared || !declared.IsContract)
        {
            Report(LayoutChangeKind.Incompatible, deployed, field: null, $"it is deployed, and {(_declared.Find(deployed.Name) is null ? "no longer declared" : "no contract any more")}");
        }
        else if (_declared.SizeOf(declared) is null)
        {
            Report(LayoutChangeKind.Incompatible, deployed, field: null, "a record in it is written by hand, so its layout cannot be compared; describe that record with [assembly: ContractLayout]");
        }
        else
        {
            CompareRecords(deployed, declared, path: "", isLast: true);
        }
    }

    /// <param name="deployed">A deployed contract or record.</param>
    /// <param name="declared">What is declared at its place.</param>
    /// <param name="path">The way to it from the contract, with a dot behind it.</param>
    /// <param name="isLast">Whether nothing is stored behind it.</param>
    private void CompareRecords(Layout deployed, Layout declared, string path, bool isLast)
    {
        if (!_compared.Add((deployed.Name, declared.Name, isLast)))
        {
            return;
        }

        PlacedLayoutField[] before = [.. _deployed.Place(deployed)];
        PlacedLayoutField[] after = [.. _declared.Place(declared)];
        int faults = _changes.Count;
        for (int i = 0; i < before.Length; i++)
        {
            if (path.Length == 0)
            {
                _field = before[i].Field.Name;
            }

            CompareField(deployed, before[i], before, after, path, isLast && i == before.Length - 1);
        }

        if (path.Length == 0)
        {
            _field = null;
        }

        foreach (PlacedLayoutField added in after.Where(field => field.Offset >= _deployed.SizeOf(deployed) && field.Size > 0 && Named(before, field.Field.Name) is null))
        {
            _field = path.Length == 0 ? added.Field.Name : _field;
            Report(
                isLast ? LayoutChangeKind.Extended : LayoutChangeKind.Incompatible,
                deployed,
                field: null,
                isLast
                    ? $"'{path}{added.Field.Name}' ({added.Field.Type} at {added.Offset}) is new, behind what is deployed"
                    : $"'{path}{added.Field.Name}' is new, so that '{deployed.Name}' grows from {_deployed.SizeOf(deployed)} bytes to {_declared.SizeOf(declared)}, and what is stored behind one of them moves");
        }

        _field = path.Length == 0 ? null : _field;
        if (!isLast && faults == _changes.Count && _deployed.SizeOf(deployed) != _declared.SizeOf(declared))
        {
            Report(LayoutChangeKind.Incompatible, deployed, field: null, $"'{deployed.Name}' is deployed with {_deployed.SizeOf(deployed)} bytes, declared with {_declared.SizeOf(declared)}");
        }
    }

    private void CompareField(Layout owner, PlacedLayoutField deployed, PlacedLayoutField[] before, PlacedLayoutField[] after, string path, bool isLast)
    {
        string name = deployed.Field.Name;
        PlacedLayoutField? declared = Named(after, name);
        if (declared is null)
        {
            declared = after.FirstOrDefault(field => field.Offset == deployed.Offset && field.Size > 0 && Named(before, field.Field.Name) is null);
            if (deployed.Size == 0)
            {
                return;
            }

            if (declared is null || !IsSame(deployed.Field.Type, declared.Field.Type))
            {
                string instead = declared is null ? "" : $"; '{declared.Field.Name}' ({declared.Field.Type}) is at its place";
                Report(LayoutChangeKind.Incompatible, owner, name, $"'{path}{name}' ({deployed.Field.Type} at {deployed.Offset}) is deployed, and no longer declared{instead}");
                return;
            }

            Report(LayoutChangeKind.Renamed, owner, name, $"'{path}{name}' ({deployed.Field.Type} at {deployed.Offset}) is deployed, '{path}{declared.Field.Name}' is declared at its place");
        }

        if (declared.Offset != deployed.Offset)
        {
            Report(LayoutChangeKind.Incompatible, owner, name, $"'{path}{name}' is deployed at offset {deployed.Offset}, declared at {declared.Offset}");
        }

        CompareTypes(owner, deployed.Field, deployed.Field.Type, declared.Field.Type, path + declared.Field.Name, isLast);
    }

    private void CompareTypes(Layout owner, LayoutField field, LayoutType deployed, LayoutType declared, string path, bool isLast)
    {
        if (deployed.IsRecord && declared.IsRecord)
        {
            CompareRecords(_deployed.Record(deployed), _declared.Record(declared), path + ".", isLast);
            return;
        }

        if (!string.Equals(deployed.Name, declared.Name, StringComparison.Ordinal))
        {
            Report(LayoutChangeKind.Incompatible, owner, field.Name, $"'{path}' is deployed as {deployed}, declared as {declared}");
            return;
        }

        switch (deployed.Name)
        {
            case "map":
                CompareTypes(owner, field, deployed.Arguments[0], declared.Arguments[0], path + "[key]", isLast: false);
                CompareTypes(owner, field, deployed.Arguments[1], declared.Arguments[1], path + "[]", isLast: false);
                break;
            case "list" or "vector":
                CompareTypes(owner, field, deployed.Arguments[0], declared.Arguments[0], path + "[]", isLast: false);
                break;
            case "indirect":
                CompareTypes(owner, field, deployed.Arguments[0], declared.Arguments[0], path + ".Value", isLast: true);
                break;
            case "array":
                CompareTypes(owner, field, deployed.Arguments[0], declared.Arguments[0], path + "[]", isLast: false);
                CompareLengths(owner, field, LayoutSet.LengthOf(deployed), LayoutSet.LengthOf(declared), path, isLast);
                break;
            default:
                break;
        }
    }

    private void CompareLengths(Layout owner, LayoutField field, ulong deployed, ulong declared, string path, bool isLast)
    {
        if (deployed != declared)
        {
            Report(isLast && declared > deployed ? LayoutChangeKind.Extended : LayoutChangeKind.Incompatible, owner, field.Name, $"'{path}' is deployed with {deployed} items, declared with {declared}");
        }
    }

    /// <summary>Whether two types lay values out alike, names of fields apart.</summary>
    private bool IsSame(LayoutType deployed, LayoutType declared)
    {
        LayoutComparer trial = new(_deployed, _declared);
        trial.CompareTypes(new Layout("", Layout.Record, []), new LayoutField("", deployed), deployed, declared, path: ".", isLast: false);
        return trial._changes.TrueForAll(static change => change.Kind == LayoutChangeKind.Renamed);
    }

    private static PlacedLayoutField? Named(PlacedLayoutField[] fields, string name) => Array.Find(fields, field => string.Equals(field.Field.Name, name, StringComparison.Ordinal));

    private void Report(LayoutChangeKind kind, Layout owner, string? field, string message) => _changes.Add(new(kind, _contract, _field, owner.Name, field, message));
}
