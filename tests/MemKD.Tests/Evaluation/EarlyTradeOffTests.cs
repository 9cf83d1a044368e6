using MemKD.Evaluation;
using MemKD.Runtime;
using MemKD.Runtime.Integer;
using MemKD.Runtime.Streaming;
using MemKD.Series;
using MemKD.Tests.Export;

namespace MemKD.Tests.Evaluation;

/// <summary>Trade-offs of a stream whose probability of class "b" is the sample itself, worked by hand.</summary>
public class EarlyTradeOffTests
{
    private static readonly TimeSeriesDataset Cases = new(
        "hand",
        [
            new(
                [
                    [0.5f, 0.1f, 0.2f, 0.3f],
                ],
                "a"
            ), // sure of a from the second of four samples on
            new(
                [
                    [0.6f, 0.95f, 0.9f, 0.99f],
                ],
                "b"
            ),
            new(
                [
                    [0.9f, 0.4f, 0.2f, 0.1f, 0.05f],
                ],
                "a"
            ), // at first it looks like b
            new(
                [
                    [0.5f, 0.55f],
                ],
                "b"
            ), // never sure, right at the end
        ]
    );

    [Fact]
    public void Earliness_decided_share_accuracy_and_auc_prc_are_those_worked_by_hand()
    {
        var tradeOff = EarlyTradeOff.Measure(new Script(), Cases, [new EarlyRule(0.9), new EarlyRule(0.8, 2)]);

        // At the end: b has .3, .99, .05, .55; every b above every a.
        Assert.Equal(new EarlyResult(null, 1, 0, 1, 1), tradeOff.Whole);

        // 0.9 once: a at 2/4, b at 2/4, b (wrong) at 1/5, never. b has .1, .95, .9, .55: by rank b, a, b, a.
        // Class b: (recall, precision) (0,1) (1/2,1) (1/2,1/2) (1,2/3) (1,1/2); area 1/2 + (1/2)(1/2 + 2/3)/2 = 19/24.
        // Class a: scores .9, .05, .1, .45, by rank a, b, a, b: the same 19/24.
        var once = tradeOff.Results[0];
        Assert.Equal(new EarlyRule(0.9), once.Rule);
        Assert.Equal((0.5 + 0.5 + 0.2 + 1) / 4, once.Earliness, 1e-12);
        Assert.Equal(0.75, once.Decided);
        Assert.Equal(0.75, once.Accuracy);
        Assert.Equal(19.0 / 24, once.AucPrc, 1e-6);

        // 0.8 twice: a at 3/4, b at 3/4, a at 4/5 (.2 and .1 after .9 of the other class), never.
        var twice = tradeOff.Results[1];
        Assert.Equal((0.75 + 0.75 + 0.8 + 1) / 4, twice.Earliness, 1e-12);
        Assert.Equal(1, twice.Accuracy);
        Assert.Equal(1, twice.AucPrc, 1e-6);
    }

    [Fact]
    public void The_earliest_rule_within_the_loss_is_picked()
    {
        var tradeOff = EarlyTradeOff.Measure(
            new Script(),
            Cases,
            [new EarlyRule(1), new EarlyRule(0.8, 2), new EarlyRule(0.9)]
        );

        Assert.Equal(new EarlyRule(0.8, 2), tradeOff.Pick()!.Rule);
        Assert.Equal(new EarlyRule(0.9), tradeOff.Pick(maxLoss: 0.25)!.Rule);
        Assert.Null((tradeOff with { Results = [tradeOff.Results[0]] }).Pick());
    }

    [Fact]
    public void The_usual_rules_are_tried_and_sorted_by_earliness()
    {
        var tradeOff = EarlyTradeOff.Measure(new Script(), Cases);

        Assert.Equal(EarlyTradeOff.UsualRules.Count, tradeOff.Results.Count);
        Assert.Equal(tradeOff.Results.Select(r => r.Earliness).Order(), tradeOff.Results.Select(r => r.Earliness));
    }

    /// <summary>p of the second class is σ(4 tanh x): .98 at 2, .76 at .3, the rest to 1 at −.3 and −2.</summary>
    [Fact]
    public void An_integer_student_is_measured_as_any_other()
    {
        var model = MadeStudents
            .Of("rnn 1 1 2 last")
            .Changed([new LayerWeights([1], [0], [0], [0])], [0, 4], [0, 0], means: [0], deviations: [1]);
        var stream = new StreamingStudent(Quantizer.Quantize(model, WeightFormat.EightBitPowerOfTwo));
        TimeSeriesCase Case(int label, params float[] values) => new([values], model.Classes[label]);
        var cases = new TimeSeriesDataset(
            "hand",
            [
                Case(0, 0.3f, -2, -2, -2), // sure from the second of four samples on
                Case(1, -0.3f, 0.3f, 2, 2), // from the third on
                Case(1, 0.3f, 0.3f), // never sure, right at the end
                Case(0, 2, -2, -2, -2), // at first it looks like the other class
            ]
        );

        var tradeOff = EarlyTradeOff.Measure(stream, cases, [new EarlyRule(0.9)]);

        Assert.Equal(new EarlyResult(null, 1, 0, 1, 1), tradeOff.Whole);
        var row = Assert.Single(tradeOff.Results);
        Assert.Equal((0.5 + 0.75 + 1 + 0.25) / 4, row.Earliness, 1e-12);
        Assert.Equal((0.75, 0.75), (row.Decided, row.Accuracy));
    }

    [Fact]
    public void Other_classes_or_channels_are_refused()
    {
        Assert.Throws<InputException>(() =>
            EarlyTradeOff.Measure(
                new Script(),
                new TimeSeriesDataset(
                    "x",
                    [
                        new(
                            [
                                [1f],
                            ],
                            "c"
                        ),
                    ]
                )
            )
        );
        Assert.Throws<InputException>(() =>
            EarlyTradeOff.Measure(
                new Script(),
                new TimeSeriesDataset(
                    "x",
                    [
                        new(
                            [
                                [1f],
                                [1f],
                            ],
                            "a"
                        ),
                    ]
                )
            )
        );
    }

    private sealed class Script : IStreamClassifier
    {
        private float latest = float.NaN;

        public IReadOnlyList<string> Classes => ["a", "b"];

        public int ChannelCount => 1;

        public long SampleCount { get; private set; }

        public int Class => latest > 0.5f ? 1 : 0;

        public bool Step(ReadOnlySpan<float> sample)
        {
            latest = sample[0];
            SampleCount++;
            return true;
        }

        public void Scores(Span<float> probabilities)
        {
            probabilities[0] = 1 - latest;
            probabilities[1] = latest;
        }

        public void Reset()
        {
            latest = float.NaN;
            SampleCount = 0;
        }

        public byte[] Snapshot() => [];

        public void Restore(ReadOnlySpan<byte> snapshot) { }
    }
}
