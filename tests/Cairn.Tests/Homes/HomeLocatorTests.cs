using Cairn.Homes;
using Cairn.Tests.IO;
using Xunit;

namespace Cairn.Tests.Homes;

public sealed class HomeLocatorTests
{
    private readonly SimulatedFileSystem _files = new();

    [Theory]
    [InlineData("/s", "dir", "dir:/s")]
    [InlineData("/deep/er/s/", "dir", "dir:/deep/er/s")]
    [InlineData("dir:/s", "dir", "dir:/s")]
    [InlineData("DIR:/s", "dir", "dir:/s")]
    [InlineData("dir:/a:b/s", "dir", "dir:/a:b/s")]
    [InlineData("/a:b", "dir", "dir:/a:b")]
    [InlineData("jsonl:/s", "jsonl", "jsonl:/s")]
    [InlineData("jsonl:/deep/er/s", "jsonl", "jsonl:/deep/er/s")]
    [InlineData("memory:", "memory", "memory:")]
    public async Task Open_NewStore_IsOfTheKindTheLocationNames(string location, string kind, string expected)
    {
        await using IHome home = HomeLocator.Open(location, Options());
        Assert.Equal((kind, expected), (home.Kind, home.Location));
    }

    [Theory]
    [InlineData("dir:/s", "dir")]
    [InlineData("jsonl:/s", "jsonl")]
    public async Task Open_ExistingStore_DetectsItsKind(string location, string kind)
    {
        await (await Create(location)).DisposeAsync();
        foreach (StateStoreOptions options in new[] { Options(), Options(readOnly: true), Options(createIfMissing: false) })
        {
            await using IHome home = HomeLocator.Open("/s", options);
            Assert.Equal(kind, home.Kind);
            Assert.Equal(options.ReadOnly, home.IsReadOnly);
        }
    }

    [Theory]
    [InlineData("dir:/s", "jsonl:/s")]
    [InlineData("jsonl:/s", "dir:/s")]
    public async Task Open_ExistingStoreAsTheOtherKind_IsNotFoundAndNothingIsWritten(string made, string asked)
    {
        await (await Create(made)).DisposeAsync();
        RefusesWithoutWriting(asked);
    }

    [Theory]
    [InlineData("/a-file")]
    [InlineData("/a-file/below")]
    [InlineData("/full")]
    [InlineData("/both")]
    public void Open_WhereSomethingElseIs_IsNotFoundAndNothingIsWritten(string path)
    {
        _files.WriteAllBytes("/a-file", [1]);
        _files.CreateDirectory("/full");
        _files.WriteAllBytes("/full/notes.txt", [1]);
        _files.CreateDirectory("/full/log");
        _files.WriteAllBytes("/full/log/notes.txt", [1]);
        _files.CreateDirectory("/both");
        _files.WriteAllBytes("/both/manifest-a", [1]);
        _files.WriteAllBytes("/both/blocks.jsonl", [1]);
        if (path.EndsWith("below", StringComparison.Ordinal))
        {
            Assert.ThrowsAny<IOException>(() => HomeLocator.Open(path, Options()));
            return;
        }

        RefusesWithoutWriting(path);
        RefusesWithoutWriting("dir:" + path);
        RefusesWithoutWriting("jsonl:" + path);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/nothing/below")]
    [InlineData("/empty")]
    [InlineData("dir:/nothing")]
    [InlineData("jsonl:/nothing")]
    [InlineData("jsonl:/empty")]
    [InlineData("memory:")]
    public void Open_WhereNothingIsAndNothingMayBeMade_IsNotFound(string location)
    {
        _files.CreateDirectory("/empty");
        foreach (StateStoreOptions options in new[] { Options(readOnly: true), Options(createIfMissing: false), Options(readOnly: true, createIfMissing: false) })
        {
            long changes = _files.ChangeCount;
            Assert.Throws<StoreNotFoundException>(() => HomeLocator.Open(location, options));
            Assert.Equal(changes, _files.ChangeCount);
        }
    }

    [Theory]
    [InlineData("postgres://host/database")]
    [InlineData("ab:c")]
    [InlineData("dir:")]
    [InlineData("jsonl:")]
    [InlineData("memory:name")]
    public void Open_LocationThatNamesNoHome_NamesTheLocation(string location)
    {
        StoreOptionsException refusal = Assert.Throws<StoreOptionsException>(() => HomeLocator.Open(location, Options()));
        Assert.Equal("location", refusal.Option);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void Open_EmptyLocation_IsTheCallersMistake(string location) => Assert.Throws<ArgumentException>(() => HomeLocator.Open(location, Options()));

    [Fact]
    public async Task Open_Memory_IsFreshEachTime()
    {
        await using IHome first = HomeLocator.Open("memory:", Options());
        await using IHome second = HomeLocator.Open("memory:", Options());
        Assert.NotSame(first.Log, second.Log);
    }

    private StateStoreOptions Options(bool readOnly = false, bool createIfMissing = true) =>
        new() { FileSystem = _files, ReadOnly = readOnly, CreateIfMissing = createIfMissing };

    private Task<IHome> Create(string location) => Task.FromResult(HomeLocator.Open(location, Options()));

    private void RefusesWithoutWriting(string location)
    {
        long changes = _files.ChangeCount;
        Assert.Throws<StoreNotFoundException>(() => HomeLocator.Open(location, Options()));
        Assert.Throws<StoreNotFoundException>(() => HomeLocator.Open(location, Options(readOnly: true)));
        Assert.Equal(changes, _files.ChangeCount);
    }
}
