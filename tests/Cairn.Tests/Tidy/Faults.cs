using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary>Fails with the whole list of what is wrong, one line each.</summary>
internal static class Faults
{
    public static void AreNone(IEnumerable<string> faults)
    {
        string[] list = [.. faults];
        if (list.Length > 0)
        {
            Assert.Fail($"{list.Length} found:\n{string.Join('\n', list)}");
        }
    }
}
