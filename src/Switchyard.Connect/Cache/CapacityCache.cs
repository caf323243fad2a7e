using System.Buffers;
using System.Globalization;
using Switchyard.Performance.Search;

namespace Switchyard.Connect.Cache;

/// <summary>
/// Simulated capacities kept from one run to the next, in a file of the user's cache folder. Keys are hashes of all that a capacity depends on, so that nothing
/// in it grows wrong. Several processes may write at once: each moves a whole file into place, and an entry lost that way is only simulated again. What cannot
/// be read is passed over; a cache is never a reason to fail.
/// </summary>
public sealed class CapacityCache
{
    /// <summary>The variable that turns the cache off when it is set to anything.</summary>
    public const string OffVariable = "SWITCHYARD_NO_CACHE";

    private const int MostEntries = 50_000, KeyLength = 64;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");
    private readonly string file;

    /// <summary>Keeps a cache in a folder, which need not exist.</summary>
    /// <param name="folder">The folder.</param>
    public CapacityCache(string folder) => file = Path.Combine(folder, "capacities.txt");

    /// <summary>The cache folder of the user: <c>XDG_CACHE_HOME</c>, else where the system keeps caches; null where there is no home.</summary>
    public static string? UserFolder()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathFullyQualified(cache)) return Path.Combine(cache, "switchyard");
        if (OperatingSystem.IsWindows())
            return Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) is { Length: > 0 } local ? Path.Combine(local, "switchyard", "cache") : null;
        if (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is not { Length: > 0 } home) return null;
        return OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches", "switchyard") : Path.Combine(home, ".cache", "switchyard");
    }

    /// <summary>Everything kept; nothing where the file is not there, or cannot be read.</summary>
    public SimulatedCapacities Load() => new(Read());

    /// <summary>Keeps what was simulated since it was loaded.</summary>
    /// <param name="capacities">The capacities.</param>
    /// <returns>Whether it was kept, or there was nothing to keep.</returns>
    public bool Save(SimulatedCapacities capacities)
    {
        if (capacities.Added.Count == 0) return true;
        var half = $"{file}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.half";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            // Others may have written since.
            var all = Read();
            foreach (var (key, ratio) in capacities.Added) all[key] = ratio;
            var kept = all.Skip(Math.Max(0, all.Count - MostEntries)).Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Key} {entry.Value:R}"));
            File.WriteAllLines(half, kept);
            File.Move(half, file, overwrite: true);
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            TryDelete(half);
        }
    }

    private Dictionary<string, double> Read()
    {
        Dictionary<string, double> entries = new(StringComparer.Ordinal);
        try
        {
            if (!File.Exists(file)) return entries;
            foreach (var line in File.ReadLines(file))
            {
                if (line.Length is > KeyLength and < 200 && line[KeyLength] == ' ' && !line.AsSpan(0, KeyLength).ContainsAnyExcept(Digits)
                    && double.TryParse(line.AsSpan(KeyLength + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && double.IsFinite(ratio))
                    entries[line[..KeyLength]] = ratio;
            }
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return entries;
        }

        return entries;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // It is in the way of nobody.
        }
    }
}
