using MemKD.Cli.Commands;

namespace MemKD.Cli.Tests.Commands;

public sealed class MethodsCommandTests
{
    [Fact]
    public void Every_method_has_its_source_and_its_parameters_are_options_of_distill()
    {
        var methods = Cli.Run("methods", "--json").Json().GetProperty("methods").EnumerateArray().ToArray();
        var distill = DistillCommand.Create(new Session(TextWriter.Null, TextWriter.Null, default));

        Assert.Equal(["none", "memkd"], methods.Select(m => m.GetProperty("id").GetString()));
        foreach (var method in methods)
        {
            Assert.NotEmpty(method.GetProperty("source").GetString()!);
            Assert.NotEmpty(method.GetProperty("needs").GetString()!);
            foreach (var parameter in method.GetProperty("parameters").EnumerateArray())
            {
                Assert.Contains(parameter.GetProperty("option").GetString(), distill.Options.Select(o => o.Name));
            }
        }
    }

    [Fact]
    public void A_person_reads_a_table() => Assert.Matches(@"\nmemkd +Memory-discrepancy ", Cli.Run("methods").Out);
}
