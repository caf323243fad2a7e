using System.Globalization;
using CsvHelper;

namespace Switchyard.Tests.Tidy;

public sealed class CatalogSaysWhereFrom
{
    [Fact]
    public void Every_row_of_data_has_a_source_and_room_for_its_date() =>
        Checkout.Files("data", ".csv").SelectMany(file => Unsourced(file, Checkout.Read(file))).ShouldBeEmpty();

    [Theory]
    [InlineData("name,source,as_of\nx,https://x.example,2026-09-01\n", false)]
    [InlineData("name,as_of\nx,2026-09-01\n", true)]
    [InlineData("name,source\nx,https://x.example\n", true)]
    [InlineData("name,source,as_of\n\"x, y\",,2026-09-01\n", true)]
    [InlineData("name,source,as_of\n\"x, y\",https://x.example, \n", false)]
    [InlineData("", true)]
    public void A_row_from_nowhere_is_caught(string text, bool caught) => Unsourced("a.csv", text).Any().ShouldBe(caught);

    private static IEnumerable<string> Unsourced(string file, string text)
    {
        using var csv = new CsvReader(new StringReader(text), CultureInfo.InvariantCulture);
        var columns = csv.Read() && csv.ReadHeader() ? csv.HeaderRecord! : [];
        foreach (var missing in new[] { "source", "as_of" }.Except(columns, StringComparer.Ordinal))
        {
            yield return $"{file}:1: no column '{missing}'; each row we ship says where it is from and as of when";
        }

        while (csv.Read())
        {
            // An empty date says that the source states none; such a price is indicative and never chosen by itself.
            if (columns.Contains("source", StringComparer.Ordinal) && string.IsNullOrWhiteSpace(csv.GetField("source")))
            {
                yield return $"{file}:{csv.Parser.RawRow}: 'source' is empty; each row we ship says where it is from";
            }
        }
    }
}
