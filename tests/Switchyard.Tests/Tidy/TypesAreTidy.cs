using System.CodeDom.Compiler;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Switchyard.Tests.Tidy;

public sealed partial class TypesAreTidy
{
    [Fact]
    public void No_type_has_a_name_that_says_nothing() => Checkout.Types.SelectMany(Naming).ShouldBeEmpty();

    [Fact]
    public void Every_class_is_sealed_static_or_abstract() => Checkout.Types.SelectMany(Openness).ShouldBeEmpty();

    [Fact]
    public void Every_interface_has_two_implementations_that_ship() => LonelyInterfaces(Checkout.Types).ShouldBeEmpty();

    [Theory]
    [InlineData(typeof(System.Resources.ResourceManager), true)]
    [InlineData(typeof(System.Collections.CollectionBase), true)]
    [InlineData(typeof(System.Threading.Tasks.Task<>), false)]
    [InlineData(typeof(System.Buffers.Text.Base64), false)]
    public void Naming_catches_what_it_should(Type type, bool caught) => Naming(type).Any().ShouldBe(caught);

    [Theory]
    [InlineData("UnitsHelpers", true)]
    [InlineData("MathUtil", true)]
    [InlineData("IPriceService", true)]
    [InlineData("Database", false)]
    [InlineData("Baseline", false)]
    [InlineData("ServiceLevel", false)]
    public void Empty_words_are_caught_only_at_the_end(string name, bool caught) => EmptyWord().IsMatch(name).ShouldBe(caught);

    [Theory]
    [InlineData(typeof(Exception), true)]
    [InlineData(typeof(string), false)]
    [InlineData(typeof(Stream), false)]
    [InlineData(typeof(Math), false)]
    [InlineData(typeof(DayOfWeek), false)]
    [InlineData(typeof(IDisposable), false)]
    public void Openness_catches_what_it_should(Type type, bool caught) => Openness(type).Any().ShouldBe(caught);

    [Fact]
    public void An_interface_with_one_implementation_is_caught()
    {
        LonelyInterfaces([typeof(ICloneable), typeof(string), typeof(Stream)]).Count().ShouldBe(1);
        LonelyInterfaces([typeof(ICloneable), typeof(string), typeof(Version)]).ShouldBeEmpty();
        LonelyInterfaces([typeof(IEquatable<>), typeof(string), typeof(Version)]).ShouldBeEmpty();
    }

    /// <summary>False for what the compiler or a generator made.</summary>
    internal static bool IsWritten(Type type)
    {
        for (var outer = type; outer is not null; outer = outer.DeclaringType)
        {
            if (outer.Name.Contains('<', StringComparison.Ordinal)
                || outer.IsDefined(typeof(CompilerGeneratedAttribute), false)
                || outer.IsDefined(typeof(GeneratedCodeAttribute), false)
                || outer.Namespace is "Microsoft.CodeAnalysis" or "System.Runtime.CompilerServices")
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<string> Naming(Type type)
    {
        if (EmptyWord().Match(PlainName(type)) is { Success: true } match)
        {
            yield return $"{type.FullName}: '{match.Value}' says nothing; name the type after what it is (a noun) or does (verb+er)";
        }
    }

    private static IEnumerable<string> Openness(Type type)
    {
        if (type.IsClass && !type.IsSealed && !type.IsAbstract)
        {
            yield return $"{type.FullName}: make it sealed; or abstract, if it is the top of a closed hierarchy";
        }
    }

    private static IEnumerable<string> LonelyInterfaces(IReadOnlyCollection<Type> types)
    {
        var implemented = types.Where(type => !type.IsInterface && !type.IsAbstract)
            .SelectMany(type => type.GetInterfaces().Select(Definition).Distinct())
            .CountBy(type => type)
            .ToDictionary();
        return types.Where(type => type.IsInterface)
            .Where(type => implemented.GetValueOrDefault(Definition(type)) < 2)
            .Select(type => $"{type.FullName}: {implemented.GetValueOrDefault(Definition(type))} implementation(s) ship; "
                + "use the class itself, or a delegate, until there are two");
    }

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static string PlainName(Type type) => type.Name.Split('`')[0];

    [GeneratedRegex("(?<=[a-z0-9])(Managers?|Helpers?|Utils?|Utility|Utilities|Services?|Base|Impl)$")]
    private static partial Regex EmptyWord();
}
