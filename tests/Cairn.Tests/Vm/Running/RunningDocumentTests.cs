using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Cairn.Vm.Machines;
using Xunit;

namespace Cairn.Tests.Vm.Running;

/// <summary>The table of limits in <c>docs/running.md</c> has all of them, with their defaults.</summary>
public sealed partial class RunningDocumentTests
{
    [Fact]
    public void Limits_InTheDocument_AreThoseOfTheMachine()
    {
        string text = File.ReadAllText(Repository.PathOf("docs", "running.md"));
        SortedDictionary<string, string> documented = new(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(text))
        {
            documented.Add(row.Groups["name"].Value, row.Groups["value"].Value);
        }

        SortedDictionary<string, string> actual = new(StringComparer.Ordinal);
        foreach (PropertyInfo limit in typeof(MachineLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite))
        {
            actual.Add(limit.Name, Convert.ToDecimal(limit.GetValue(MachineLimits.Default), CultureInfo.InvariantCulture).ToString("#,0", CultureInfo.InvariantCulture));
        }

        Assert.Equal(actual, documented);
    }

    /// <summary>Each limit has a kind that faults name; the size of a block is that of the engine.</summary>
    [Fact]
    public void Limits_HaveTheNamesOfTheirKinds() =>
        Assert.Equal(
            typeof(MachineLimits).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => property.Name).Append(nameof(MachineLimit.BlockBytes)).Order(StringComparer.Ordinal),
            Enum.GetNames<MachineLimit>().Order(StringComparer.Ordinal));

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<value>[\d,]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Row();
}
