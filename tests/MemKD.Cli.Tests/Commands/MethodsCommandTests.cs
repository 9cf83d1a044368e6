using MemKD.Distillation;

namespace MemKD.Cli.Tests.Commands;

public sealed class MethodsCommandTests
{
    [Fact]
    public void Every_method_has_its_source_and_its_parameters_with_their_defaults_can_be_given_to_distill()
    {
        var methods = Cli.Run("methods", "--json").Json().GetProperty("methods").EnumerateArray().ToArray();

        Assert.Equal(DistillationMethods.All.Select(m => m.Id), methods.Select(m => m.GetProperty("id").GetString()));
        foreach (var method in methods)
        {
            Assert.NotEmpty(method.GetProperty("source").GetString()!);
            Assert.NotEmpty(method.GetProperty("needs").GetString()!);
            var id = method.GetProperty("id").GetString()!;
            var values = method
                .GetProperty("parameters")
                .EnumerateArray()
                .Select(p => $"{p.GetProperty("name").GetString()}={p.GetProperty("default").GetString()}")
                .ToArray();
            var text = values.Length == 0 ? id : $"{id}:{string.Join(',', values)}";
            Assert.Equal(id, MethodChoice.Parse(text).Text);
        }
    }

    [Fact]
    public void A_person_reads_a_table() => Assert.Matches(@"\nmemkd +Memory-discrepancy ", Cli.Run("methods").Out);
}
