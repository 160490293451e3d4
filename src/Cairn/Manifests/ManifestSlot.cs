using Cairn.IO;

namespace Cairn.Manifests;

/// <summary>One of the two manifest files as it was read: sound, damaged or absent.</summary>
/// <param name="Path">The file.</param>
/// <param name="Manifest">What it says; null when it is damaged or absent.</param>
/// <param name="Damage">What is wrong with it; null when nothing is.</param>
internal sealed record ManifestSlot(string Path, StoreManifest? Manifest, StateCorruptedException? Damage)
{
    /// <summary>Whether there is a file at all.</summary>
    public bool Exists { get; private init; } = true;

    /// <summary>Reads a slot. Damage is a result; a format that is not known is not: nobody may go on without understanding it.</summary>
    /// <param name="fileSystem">Where the file is.</param>
    /// <param name="path">The file.</param>
    /// <param name="isEven">Whether the generations that belong into it are even.</param>
    /// <exception cref="StoreFormatException">The manifest is sound but of a version, or with features, that are not known.</exception>
    /// <exception cref="IOException">Reading failed, which says nothing about the bytes.</exception>
    public static ManifestSlot Read(IFileSystem fileSystem, string path, bool isEven)
    {
        try
        {
            StoreManifest manifest = ManifestDecoder.Decode(path, ReadBytes(fileSystem, path));
            if (ulong.IsEvenInteger(manifest.Content.Generation) != isEven)
            {
                throw new StateCorruptedException(path, ManifestLayout.GenerationOffset, "manifest generation", isEven ? "an even one" : "an odd one", $"{manifest.Content.Generation}");
            }

            return new ManifestSlot(path, manifest, Damage: null);
        }
        catch (StateCorruptedException damage)
        {
            return new ManifestSlot(path, Manifest: null, damage);
        }
        catch (FileNotFoundException)
        {
            return new ManifestSlot(path, Manifest: null, new StateCorruptedException(path, -1, "manifest", "a file", "none")) { Exists = false };
        }
    }

    private static byte[] ReadBytes(IFileSystem fileSystem, string path)
    {
        using IFile file = fileSystem.Open(path, FileOpening.Read);
        long length = file.Length;
        if (length is < ManifestLayout.SizeBytes or > ManifestCodec.MaxBytes)
        {
            throw new StateCorruptedException(path, -1, "manifest length", $"{ManifestLayout.SizeBytes} to {ManifestCodec.MaxBytes} bytes", $"{length}");
        }

        byte[] bytes = new byte[length];
        int read = file.Read(0, bytes);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
