using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Switchyard.Connect.Catalog;

/// <summary>
/// One CSV file of the catalog, read row by row. Cells are addressed by column; a cell that cannot be read becomes a problem and reads
/// as unknown. No reflection and no class maps: reading the shipped catalog must not be felt when the command starts.
/// </summary>
internal sealed class CsvTable : IDisposable
{
    private static readonly string[] DateShapes = ["yyyy-MM-dd", "yyyy-MM", "yyyy"];

    private readonly CsvParser parser;
    private readonly List<Problem> problems;
    private readonly Dictionary<string, int> columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> interned = new(StringComparer.Ordinal);
    private readonly string name;
    private (string? Text, DateOnly Day) lastDate;

    private CsvTable(TextReader text, string name, List<Problem> problems)
    {
        this.name = name;
        this.problems = problems;
        parser = new(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            BadDataFound = null,
            MaxFieldSize = 1 << 16,
            BufferSize = 1 << 16,
            ProcessFieldBufferSize = 1 << 12,
        });
    }

    /// <summary>The line on which the current row ends.</summary>
    internal int Line => parser.RawRow;

    /// <summary>Opens a table; null, with problems, when it is not there or lacks columns.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="file">The file in it.</param>
    /// <param name="required">Columns that must be there. Others may be.</param>
    /// <param name="problems">Takes the problems.</param>
    internal static CsvTable? Open(string folder, string file, IReadOnlyList<string> required, List<Problem> problems)
    {
        TextReader text;
        try
        {
            text = new StreamReader(Path.Combine(folder, file), System.Text.Encoding.UTF8, true, 1 << 16);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(Path.Combine(folder, file), 0, "", failed is FileNotFoundException or DirectoryNotFoundException
                ? "is missing from the catalog" : "cannot be read"));
            return null;
        }

        return Open(text, Path.Combine(folder, file), required, problems);
    }

    /// <summary>Opens a table from text.</summary>
    internal static CsvTable? Open(TextReader text, string name, IReadOnlyList<string> required, List<Problem> problems)
    {
        var table = new CsvTable(text, name, problems);
        if (!table.Advance())
        {
            problems.Add(new(name, 1, "", "the file is empty"));
            table.Dispose();
            return null;
        }

        for (var i = 0; i < table.parser.Count; i++)
        {
            var column = table.parser[i].Trim().TrimStart('\uFEFF');
            if (!table.columns.TryAdd(column, i)) problems.Add(new(name, 1, Problem.Shown(column), "the column is there twice"));
        }

        var missing = required.Where(column => !table.columns.ContainsKey(column)).ToList();
        foreach (var column in missing)
        {
            problems.Add(new(name, 1, column, "the column is missing")
            {
                Correction = Units.Nearest.To(column, table.columns.Keys.Where(other => !required.Contains(other))) is { } near ? $"{near} renamed" : null,
            });
        }

        if (missing.Count == 0) return table;
        table.Dispose();
        return null;
    }

    public void Dispose() => parser.Dispose();

    /// <summary>Goes to the next row that is not blank; false at the end.</summary>
    internal bool Next()
    {
        while (Advance())
        {
            if (parser.Count == columns.Count) return true;
            if (parser.Count == 1 && parser[0].Length == 0) continue;
            problems.Add(new(name, Line, "", $"has {parser.Count} cells; the header has {columns.Count}"));
        }

        return false;
    }

    /// <summary>The position of a column; −1 where the file has no such column.</summary>
    internal int Column(string column) => columns.GetValueOrDefault(column, -1);

    internal void Report(string column, string message, string? correction = null) =>
        problems.Add(new(name, Line, column, message) { Correction = correction });

    internal void NotA(string column, string value, string expected, string? correction = null) =>
        problems.Add(Problem.NotA(name, Line, column, value, new(expected, correction)));

    /// <summary>The text of a cell, the same instance for the same text; null where empty.</summary>
    internal string? Text(string column)
    {
        if (Cell(column) is not { } text) return null;
        if (interned.TryGetValue(text, out var known)) return known;
        interned.Add(text, text);
        return text;
    }

    /// <summary>The text of a cell that must not be empty.</summary>
    internal string Required(string column)
    {
        var text = Text(column);
        if (text is null) Report(column, "is empty");
        return text ?? "";
    }

    /// <summary>A finite number within bounds; null where empty.</summary>
    internal double? Number(string column, double least = 0, double most = double.MaxValue)
    {
        if (Cell(column) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        NotA(column, text, (least, most) switch
        {
            (double.Epsilon, double.MaxValue) => "a number above 0",
            (_, double.MaxValue) => $"a number of at least {least.ToString(CultureInfo.InvariantCulture)}",
            _ => $"a number from {least.ToString("0.###", CultureInfo.InvariantCulture)} to {most.ToString("0.###", CultureInfo.InvariantCulture)}",
        });
        return null;
    }

    /// <summary>A finite number above 0; null where empty.</summary>
    internal double? Positive(string column) => Number(column, double.Epsilon);

    /// <summary>A whole number; null where empty.</summary>
    internal int? Whole(string column, int least = 0)
    {
        if (Number(column, least, int.MaxValue) is not { } number) return null;
        if (number == Math.Floor(number)) return (int)number;
        NotA(column, Text(column)!, "a whole number");
        return null;
    }

    /// <summary>A price above 0; null where empty.</summary>
    internal decimal? Price(string column)
    {
        if (Cell(column) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var price) && price is > 0 and < 1e9m) return price;
        NotA(column, text, "a price above 0; leave an unknown price empty");
        return null;
    }

    /// <summary>A day, or the first of a month written <c>yyyy-MM</c>, or of a year; null where empty.</summary>
    internal DateOnly? Date(string column)
    {
        if (Cell(column) is not { } text) return null;
        if (text == lastDate.Text) return lastDate.Day; // rows of one source follow each other
        if (DateOnly.TryParseExact(text, DateShapes, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            lastDate = (text, day);
            return day;
        }

        NotA(column, text, "a date, such as 2026-11-22 or 2026-11");
        return null;
    }

    /// <summary>
    /// The position of a cell's text among a few words; 0, with a problem, where it is empty or none of them. Positions, not values of an
    /// enumeration: code that is generic over those cannot be compiled ahead of time and would cost milliseconds at every start.
    /// </summary>
    internal int Word(string column, string[] words)
    {
        var text = Required(column);
        for (var i = 0; i < words.Length; i++)
        {
            if (string.Equals(words[i], text, StringComparison.OrdinalIgnoreCase)) return i;
        }

        if (text.Length > 0) NotA(column, text, $"one of {string.Join(", ", words)}", Units.Nearest.To(text, words));
        return 0;
    }

    private string? Cell(string column)
    {
        var index = Column(column);
        var text = index < 0 ? "" : parser[index].Trim();
        return text.Length == 0 ? null : text;
    }

    private bool Advance()
    {
        try
        {
            return parser.Read();
        }
        catch (CsvHelperException)
        {
            problems.Add(new(name, parser.RawRow, "", "a cell is longer than 65,536 characters; a quote may not be closed"));
            return false;
        }
    }
}
