namespace Switchyard.Acceptance;

/// <summary>A folder for the files of one test, gone when the test ends.</summary>
public sealed class Scratch : IDisposable
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("switchyard-").FullName;

    /// <summary>The path of a file in it.</summary>
    public string this[string name] => Path.Combine(Folder, name);

    /// <summary>Writes a file, its folders with it.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>A copy of the catalog that is shipped, to be broken.</summary>
    public string CopyOfCatalog()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Cli.Root, "data"), "*", SearchOption.AllDirectories))
        {
            var copy = this[Path.GetRelativePath(Cli.Root, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return this["data"];
    }

    /// <summary>Names of all files in it, in order.</summary>
    public IEnumerable<string> Files() =>
        Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Order(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
