using Xunit;

namespace Cairn.Tests;

public sealed class HouseTests
{
    [Fact]
    public void EmptyRoot_IsSha256OfNothing() =>
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([])), Hash256.EmptyRoot.ToString());
}
