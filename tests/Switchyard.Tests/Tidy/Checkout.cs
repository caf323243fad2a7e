using System.Reflection;

namespace Switchyard.Tests.Tidy;

/// <summary>The working copy these tests were built from: its folders, files and built assemblies.</summary>
internal static class Checkout
{
    private static readonly string[] Generated =
        ["bin", "obj", "artifacts", "node_modules", "TestResults", "BenchmarkDotNet.Artifacts", "dist"];

    public static string Root { get; } = FindRoot();

    /// <summary>Names of the projects that ship: the folders of src that hold a project.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Folders("src").Where(name => File.Exists(ProjectFile(name))).Order(StringComparer.Ordinal)];

    /// <summary>Types a person wrote in the projects that ship.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. Projects.Select(Load).SelectMany(assembly => assembly.GetTypes()).Where(TypesAreTidy.IsWritten)];

    public static string ProjectFile(string project) => Path.Combine(Root, "src", project, project + ".csproj");

    /// <summary>Names of the folders directly under <paramref name="path"/> that hold at least one file.</summary>
    public static IEnumerable<string> Folders(string path) =>
        Directory.EnumerateDirectories(Path.Combine(Root, path))
            .Where(folder => IsWritten(Path.GetFileName(folder)) && Walk(folder).Any())
            .Select(folder => Path.GetFileName(folder)!);

    /// <summary>Files under <paramref name="path"/>, relative to the root and with forward slashes, in order.</summary>
    public static IEnumerable<string> Files(string path, params string[] extensions)
    {
        var folder = Path.Combine(Root, path);
        return (Directory.Exists(folder) ? Walk(folder) : [])
            .Where(file => extensions.Length == 0 || extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);
    }

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder)
            .Concat(Directory.EnumerateDirectories(folder).Where(child => IsWritten(Path.GetFileName(child))).SelectMany(Walk));

    private static bool IsWritten(string folder) => !folder.StartsWith('.') && !Generated.Contains(folder, StringComparer.Ordinal);

    private static Assembly Load(string project)
    {
        try
        {
            return Assembly.Load(project);
        }
        catch (FileNotFoundException missing)
        {
            throw new InvalidOperationException(
                $"src/{project} is not checked: add a ProjectReference to it in tests/Switchyard.Tests/Switchyard.Tests.csproj", missing);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Switchyard.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds Switchyard.slnx");
    }
}
