using MemKD.Distillation;
using MemKD.Engine.Layers;

namespace MemKD.Tests.Distillation;

public class MethodChoiceTests
{
    [Theory]
    [InlineData("memkd", "memkd")]
    [InlineData("memkd:pairs=100,short=1.0", "memkd")]
    [InlineData("memkd:sampling=Authors,guard=0,pairs=7", "memkd:pairs=7,sampling=authors,guard=0")]
    [InlineData("memkd:long=0+memkd:weight=0.50,short=0", "memkd:long=0+memkd:weight=0.5,short=0")]
    [InlineData("none", "none")]
    public void The_text_of_a_method_names_what_is_not_the_default(string text, string canonical)
    {
        var choice = MethodChoice.Parse(text);

        Assert.Equal(canonical, choice.Text);
        Assert.Equal(canonical, MethodChoice.Parse(choice.Text).Text);
    }

    [Theory]
    [InlineData("memdk", "method 'memdk' is not known; did you mean memkd?")]
    [InlineData("", "method '' is not known")]
    [InlineData("memkd+", "method '' is not known")]
    [InlineData("memkd:pair=7", "memkd has no parameter 'pair'; did you mean pairs?")]
    [InlineData(
        "memkd:temperature=7",
        "no parameter 'temperature'; use pairs, short, long, sampling, guard, z, reach, layers, schedule, weight."
    )]
    [InlineData("memkd:pairs", "memkd:pairs: '' is not a whole number from 1 to 100000.")]
    [InlineData("memkd:pairs=1.5", "memkd:pairs: '1.5' is not a whole number")]
    [InlineData("memkd:short=-1", "memkd:short: '-1' is not a number from 0")]
    [InlineData("memkd:short=NaN", "memkd:short: 'NaN' is not a number from 0")]
    [InlineData("memkd:sampling=all", "memkd:sampling: 'all' is not known; use uniform or authors.")]
    [InlineData("none+memkd", "none is the student alone")]
    public void A_mistake_is_named_with_its_mend(string text, string message)
    {
        var refusal = Assert.Throws<InputException>(() => MethodChoice.Parse(text));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_full_text_names_every_parameter_and_means_the_same()
    {
        var choice = MethodChoice.Parse("memkd:short=0+memkd:weight=0.5");

        Assert.Equal(choice.Text, MethodChoice.Parse(choice.FullText).Text);
        Assert.StartsWith("memkd:weight=1,", choice.FullText, StringComparison.Ordinal);
        Assert.All(
            DistillationMethods.All.Single(r => r.Id == "memkd").Parameters,
            p => Assert.Contains($",{p.Name}=", choice.FullText, StringComparison.Ordinal)
        );
        Assert.Equal("none", MethodChoice.Parse("none").FullText);
    }

    [Fact]
    public void A_term_of_a_sum_weighs_what_it_weighs_alone()
    {
        static double Own(string id) => DistillationMethods.All.Single(r => r.Id == id).UntunedWeight;
        var choice = MethodChoice.Parse("memkd:weight=3+kd:weight=0.5+memkd:short=0");

        Assert.Equal(Own("memkd"), choice.UntunedWeight);
        Assert.Equal([3, 0.5 * Own("kd") / Own("memkd"), 1], choice.Factors);
        Assert.Equal(choice.Factors, MethodChoice.Parse(choice.FullText).Factors);
    }

    [Fact]
    public void Only_none_is_the_student_alone()
    {
        Assert.True(MethodChoice.Parse("none").IsAlone);
        Assert.All(
            DistillationMethods.All.Where(r => r.Id is not DistillationMethods.None),
            r => Assert.False(MethodChoice.Parse(r.Id).IsAlone)
        );
    }

    [Fact]
    public void Every_method_has_a_complete_row_and_a_page()
    {
        foreach (var row in DistillationMethods.All.Where(r => r.Create != null))
        {
            Assert.Equal(5, row.WeightGrid.Count);
            Assert.Contains(row.UntunedWeight, row.WeightGrid);
            Assert.NotEqual(MethodNeeds.Labels, row.Needs);
            Assert.True(
                File.Exists(Path.Combine(Repository.Root, "docs", "methods", row.Id + ".md")),
                $"docs/methods/{row.Id}.md is missing"
            );
        }
    }

    [Fact]
    public void A_choice_can_be_checked_against_a_student() =>
        MethodChoice.Parse("memkd").Require(new NetworkShape(CellKind.Lstm, 1, 8, 1, 2));
}
