using Xunit;

namespace Cairn.Tests.Tidy;

/// <summary>The public surface changes only on purpose.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_IsAsListed() => GoldenFile.CheckText("public-api.txt", PublicApi.Of(typeof(StateStore).Assembly));

    [Fact]
    public void PublicApi_OfContracts_IsAsListed() => GoldenFile.CheckText("public-api-contracts.txt", PublicApi.Of(typeof(Cairn.Contracts.StorageSession).Assembly));

    [Fact]
    public void PublicApi_OfHosting_IsAsListed() => GoldenFile.CheckText("public-api-hosting.txt", PublicApi.Of(typeof(Cairn.Hosting.CairnOptions).Assembly));

    [Fact]
    public void PublicApi_OfVm_IsAsListed() => GoldenFile.CheckText("public-api-vm.txt", PublicApi.Of(typeof(Cairn.Vm.Bytecode.CompiledProgram).Assembly));

    [Fact]
    public void SubFolders_AreInternal_ButTheSeamsAndReports()
    {
        string[] open = ["Cairn", "Cairn.IO", "Cairn.Homes", "Cairn.Proofs", "Cairn.Checking"];
        Faults.AreNone(typeof(StateStore).Assembly.GetExportedTypes().Where(type => !open.Contains(type.Namespace)).Select(type => type.FullName!));
    }
}
