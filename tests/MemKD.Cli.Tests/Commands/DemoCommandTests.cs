using MemKD.Cli.Commands;
using MemKD.Engine;

namespace MemKD.Cli.Tests.Commands;

public sealed class DemoCommandTests
{
    private static readonly DemoCommand.Budget Tiny = new(TeacherUpdates: 3, StudentUpdates: 10);

    [Fact]
    public void Json_names_the_three_models()
    {
        var json = Demo(json: true).Json();

        Assert.Equal("SyntheticControl", json.GetProperty("dataset").GetString());
        foreach (
            var (name, parameters) in (ReadOnlySpan<(string, int)>)
                [("teacher", 216_582), ("student_alone", 438), ("memkd", 438)]
        )
        {
            // By the formulas of torch.nn.GRU (2 x 94, bidirectional), torch.nn.LSTM (1 x 8) and Linear (6 classes), 2 inputs.
            Assert.Equal(parameters, json.GetProperty(name).GetProperty("parameters").GetInt32());
            Assert.InRange(json.GetProperty(name).GetProperty("auc_prc").GetDouble(), 0, 1);
            Assert.InRange(json.GetProperty(name).GetProperty("accuracy").GetDouble(), 0, 1);
        }

        Assert.Equal(216_582.0 / 438, json.GetProperty("compression").GetDouble(), 1e-9);
        Assert.InRange(json.GetProperty("seconds").GetDouble(), 0.001, 1000);
    }

    [Fact]
    public void A_person_sees_a_table_and_bars()
    {
        var result = Demo(json: false);

        Assert.Matches(@"teacher +216,582 +866,328 ", result.Out);
        Assert.Matches(@"\nmemkd student  █", result.Out);
        Assert.Contains("494× smaller", result.Out, StringComparison.Ordinal);
    }

    private static CliResult Demo(bool json)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var team = new WorkerTeam(2);
        var session = new Session(output, error, TestContext.Current.CancellationToken);
        DemoCommand.Execute(Tiny, 0, team, session, quiet: true, json);
        Assert.Empty(error.ToString());
        return new CliResult(0, output.ToString(), "");
    }
}
