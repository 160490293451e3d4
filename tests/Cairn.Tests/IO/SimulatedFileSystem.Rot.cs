namespace Cairn.Tests.IO;

/// <content>Looking at and damaging files directly: durable at once, neither counted, recorded nor failing.</content>
public sealed partial class SimulatedFileSystem
{
    /// <summary>The paths of all files, in ordinal order.</summary>
    public IReadOnlyList<string> Files => Locked(() => (IReadOnlyList<string>)[.. AllFiles(_root, "").Select(file => file.Path)]);

    /// <summary>The bytes of a file as the process sees them.</summary>
    public byte[] ReadAllBytes(string path) => Locked(() =>
    {
        SimulatedFileNode node = FindFile(path);
        byte[] bytes = new byte[node.Current.Length];
        node.Current.Read(0, bytes);
        return bytes;
    });

    /// <summary>Replaces the bytes of a file; creates it, durably, when absent.</summary>
    public void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        Locked(() =>
        {
            (SimulatedDirectoryNode directory, string name, _) = Resolve(path);
            if (directory.Entries.GetValueOrDefault(name) is not SimulatedFileNode node)
            {
                directory.Add(name, node = new SimulatedFileNode());
                directory.Sync();
            }

            Damage(node, () =>
            {
                node.SetLength(0);
                node.Write(0, copy);
            });
        });
    }

    /// <summary>Inverts one bit.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bit">Which: 8 × the offset of the byte + the number of the bit in it.</param>
    public void FlipBit(string path, long bit) => Locked(() =>
    {
        SimulatedFileNode node = FindFile(path);
        byte[] one = new byte[1];
        node.Current.Read(bit / 8, one);
        one[0] ^= (byte)(1 << (int)(bit % 8));
        Damage(node, () => node.Write(bit / 8, one));
    });

    /// <summary>Overwrites bytes of a file.</summary>
    public void Overwrite(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        Locked(() => Damage(FindFile(path), () => FindFile(path).Write(offset, copy)));
    }

    /// <summary>Cuts a file.</summary>
    public void Truncate(string path, long length) => Locked(() => Damage(FindFile(path), () => FindFile(path).SetLength(length)));

    /// <summary>Removes a file, durably.</summary>
    public void Remove(string path) => Locked(() =>
    {
        (SimulatedDirectoryNode directory, string name, _) = Resolve(path);
        SimulatedFileNode node = FindFile(path);
        directory.Remove(name);
        directory.Sync();
        GiveRoomBack(node);
    });

    private void Damage(SimulatedFileNode node, Action change)
    {
        node.Sync();
        Resize(node, change);
        node.Sync();
    }
}
