using Switchyard.Connect.Catalog;

namespace Switchyard.Connect.Measurements;

/// <summary>Prompt and answer lengths of a trace's requests, in their order.</summary>
public static class TraceLengths
{
    private static readonly string[] Inputs = ["ContextTokens", "input_toks", "input_tokens", "num_prefill_tokens"];
    private static readonly string[] Outputs = ["GeneratedTokens", "output_toks", "output_tokens", "num_decode_tokens"];

    /// <summary>Reads them; requests without a prompt or an answer are left out.</summary>
    /// <param name="path">A CSV file with a column for prompts and one for answers, in tokens.</param>
    public static Reading<IReadOnlyList<(int Input, int Output)>> Read(string path)
    {
        List<Problem> problems = [];
        List<(int, int)> lengths = [];
        using var table = CsvTable.Open("", path, [], problems);
        if (table is not null)
        {
            var (input, output) = (Inputs.FirstOrDefault(c => table.Column(c) >= 0), Outputs.FirstOrDefault(c => table.Column(c) >= 0));
            if (input is null) problems.Add(new(path, 1, Inputs[0], "the column is missing"));
            if (output is null) problems.Add(new(path, 1, Outputs[0], "the column is missing"));
            while (input is not null && output is not null && table.Next())
                if (table.Whole(input) is { } prompt and > 0 && table.Whole(output) is { } answer and > 0) lengths.Add((prompt, answer));
        }

        if (problems.Count == 0 && lengths.Count == 0) problems.Add(new(path, 0, "", "holds no request"));
        return problems.Count > 0 ? problems : new Reading<IReadOnlyList<(int Input, int Output)>>(lengths, []);
    }
}
