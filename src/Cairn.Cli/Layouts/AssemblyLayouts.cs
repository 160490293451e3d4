using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Cairn.Contracts.Generator.Layouts;

namespace Cairn.Cli.Layouts;

/// <summary>Reads the layouts that a compiled assembly describes, out of its metadata: none of its code runs, whoever wrote it.</summary>
internal static class AssemblyLayouts
{
    /// <summary>The largest file that is read: assemblies have a few megabytes.</summary>
    public const int MaxFileBytes = 256 << 20;

    /// <summary>How many layouts are read; more are no program that anybody wrote.</summary>
    public const int MaxLayouts = 100_000;

    private const string AttributeNamespace = "Cairn.Contracts";
    private const string AttributeName = "ContractLayoutAttribute";
    private const ushort Prolog = 1;

    /// <summary>Reads the layouts of a file.</summary>
    /// <exception cref="CliException">There is no such file, it is no .NET assembly, or what it describes is no layout.</exception>
    public static async Task<LayoutSet> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new CliException(ExitCode.NotFound, Directory.Exists(file) ? $"'{file}' is a directory; give the compiled assembly, a .dll." : $"there is no file '{file}'.");
        }

        byte[] bytes;
        await using (FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0))
        {
            if (stream.Length > MaxFileBytes)
            {
                throw new CliException(ExitCode.Malformed, $"'{file}' has {stream.Length} bytes; an assembly of more than {MaxFileBytes} is not read.");
            }

            bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, cancellationToken);
        }

        return Read(file, bytes);
    }

    /// <summary>Reads the layouts of an assembly.</summary>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="bytes">What is in the file.</param>
    /// <exception cref="CliException">It is no .NET assembly, or what it describes is no layout.</exception>
    public static LayoutSet Read(string file, byte[] bytes)
    {
        try
        {
            using PEReader image = new(new MemoryStream(bytes, writable: false));
            if (!image.HasMetadata)
            {
                throw new CliException(ExitCode.Malformed, $"'{file}' is no .NET assembly: it is a program without metadata.");
            }

            LayoutSet layouts = new();
            MetadataReader metadata = image.GetMetadataReader();
            if (!metadata.IsAssembly)
            {
                throw new CliException(ExitCode.Malformed, $"'{file}' is no .NET assembly, but a module of one.");
            }

            int count = 0;
            foreach (CustomAttributeHandle handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
            {
                CustomAttribute attribute = metadata.GetCustomAttribute(handle);
                if (IsLayout(metadata, attribute.Constructor))
                {
                    count = count < MaxLayouts ? count + 1 : throw new CliException(ExitCode.Malformed, $"'{file}' describes more than {MaxLayouts} layouts.");
                    Add(layouts, metadata.GetBlobReader(attribute.Value));
                }
            }

            layouts.Check();
            return layouts;
        }
        catch (LayoutTextException exception)
        {
            throw new CliException(ExitCode.Malformed, $"'{file}' describes a layout that cannot be: {exception.Message}.");
        }
        catch (Exception exception) when (exception is BadImageFormatException or InvalidOperationException or ArgumentException or OverflowException or IOException)
        {
            // What the metadata reader says of bytes that are no assembly depends on where it finds out.
            throw new CliException(ExitCode.Malformed, $"'{file}' is no .NET assembly, or is damaged: {exception.Message.TrimEnd('.')}.");
        }
    }

    private static void Add(LayoutSet layouts, BlobReader value)
    {
        if (value.ReadUInt16() != Prolog || value.ReadSerializedString() is not { } name || value.ReadSerializedString() is not { } text)
        {
            throw new BadImageFormatException("an attribute that describes a layout has no name or no layout");
        }

        Layout layout = Layout.Parse(name, text);
        if (!LayoutType.Parse(name).Arguments.Any(static argument => argument.Name[0] == '$'))
        {
            layouts.Add(layout);
        }
    }

    private static bool IsLayout(MetadataReader metadata, EntityHandle constructor)
    {
        EntityHandle type = constructor.Kind switch
        {
            HandleKind.MemberReference => metadata.GetMemberReference((MemberReferenceHandle)constructor).Parent,
            HandleKind.MethodDefinition => metadata.GetMethodDefinition((MethodDefinitionHandle)constructor).GetDeclaringType(),
            _ => default,
        };
        (StringHandle space, StringHandle name) = type.Kind switch
        {
            HandleKind.TypeReference when !type.IsNil => (metadata.GetTypeReference((TypeReferenceHandle)type).Namespace, metadata.GetTypeReference((TypeReferenceHandle)type).Name),
            HandleKind.TypeDefinition when !type.IsNil => (metadata.GetTypeDefinition((TypeDefinitionHandle)type).Namespace, metadata.GetTypeDefinition((TypeDefinitionHandle)type).Name),
            _ => default,
        };
        return !name.IsNil && metadata.StringComparer.Equals(name, AttributeName) && metadata.StringComparer.Equals(space, AttributeNamespace);
    }
}
