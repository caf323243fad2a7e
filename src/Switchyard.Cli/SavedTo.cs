using System.CommandLine;

namespace Switchyard.Cli;

/// <summary>Options that name a file to write: <c>-</c> is none, since what they write would be mixed with what is shown.</summary>
internal static class SavedTo
{
    private static readonly string[] Names = ["--out", "--mend", "--numbers"];

    /// <summary>Has every verb refuse <c>-</c> as a file to write, but <c>report</c>, whose page is all that it has to say.</summary>
    public static void Check(Command command)
    {
        foreach (var option in command.Options.Where(o => Names.Contains(o.Name) && command.Name != "report"))
        {
            var shows = option.Name == "--out" && command.Options.Any(o => o.Name == "--output");
            option.Validators.Add(result =>
            {
                if (result.Tokens is [{ Value: "-" }]) result.AddError($"{option.Name}: '-' is not a file; name one{(shows ? ", or have the result on stdout with -o json" : "")}");
            });
        }

        foreach (var inner in command.Subcommands) Check(inner);
    }
}
