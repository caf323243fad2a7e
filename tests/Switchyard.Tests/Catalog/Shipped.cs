using Switchyard.Connect.Catalog;
using Switchyard.Tests.Tidy;

namespace Switchyard.Tests.Catalog;

/// <summary>The catalog in this working copy, read once.</summary>
internal static class Shipped
{
    internal static string Folder { get; } = Path.Combine(Checkout.Root, "data");

    internal static Lazy<CatalogContents> Catalog { get; } = new(() =>
    {
        var reading = CatalogReader.Read(Folder, withPairs: true);
        reading.Problems.Select(problem => problem.ToString()).ShouldBeEmpty();
        return reading.Value!;
    });
}
