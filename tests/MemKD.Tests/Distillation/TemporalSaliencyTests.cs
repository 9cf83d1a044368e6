using MemKD.Distillation.Methods;
using MemKD.Engine;
using MemKD.Engine.Random;
using static MemKD.Tests.Distillation.StateMethodReference;

namespace MemKD.Tests.Distillation;

/// <summary>TSD's changed series, and its gradient through the whole student; equations T1 to T3: the PyTorch vectors.</summary>
public sealed class TemporalSaliencyTests : IDisposable
{
    private static readonly PairShape Shape = new(12, 9, 12, 7, 12) { Classes = 3, Channels = 2 };
    private readonly WorkerTeam team = new(1);

    [Theory]
    [InlineData("tsd")]
    [InlineData("tsd:perturbations=3,window=2,temperature=1,pool=0")]
    public void The_gradient_of_the_student_s_parameters_agrees_with_finite_differences(string text)
    {
        using var batch = new PairBatch(Shape);
        var random = new SeededRandom(6);
        var start = batch.Student.Parameters.Clone();
        double Loss(float[] direction, double step)
        {
            for (var k = 0; k < direction.Length; k++)
            {
                batch.Student.Parameters.Values[k] = start.Values[k] + (float)(step * direction[k]);
            }

            batch.Forward();
            return batch.Evaluate(batch.Create(text), new SeededRandom(1));
        }

        Loss(new float[start.Length], 0);
        batch.Workspace.Backward(batch.Gradient); // what reaches the logits of the unchanged series
        var gradient = Doubles(batch.Gradient.Values);
        for (var n = 0; n < 5; n++)
        {
            float[] direction = [.. Enumerable.Range(0, start.Length).Select(_ => (float)random.NextGaussian())];
            var slope = direction.Zip(gradient, (d, g) => d * g).Sum();

            var numeric = (Loss(direction, 2e-4) - Loss(direction, -2e-4)) / 4e-4;

            // Float32 logits: the loss is off by about 1e-7, the quotient by 1e-3. The loss jumps where an S changes its
            // sign (the normaliser counts positive ones); none does within these steps.
            var tolerance = 3e-3 * Math.Max(1, Math.Abs(slope));
            Assert.InRange(numeric, slope - tolerance, slope + tolerance);
            Assert.True(Math.Abs(slope) > 0.01);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void A_changed_series_has_one_window_of_a_case_of_another_class(int pool)
    {
        using var batch = new PairBatch(Shape);
        var changes = Changes(batch, window: 4, pool);
        var random = new SeededRandom(2);
        var starts = new HashSet<int>();
        for (var draw = 0; draw < 60; draw++)
        {
            changes.Take(batch.Order, 2, random);
            for (var number = 0; number < 10; number++)
            {
                var index = batch.Order[number / 2];
                var (own, series) = (Channels(batch, index), changes.Series(number).ToArray());
                var length = batch.Cases.Lengths[index];
                var changed = Enumerable
                    .Range(0, length)
                    .Where(t => Enumerable.Range(0, 2).Any(c => series[(c * length) + t] != own[c][t]))
                    .ToArray();
                Assert.Equal(4, changed.Length); // Gaussian series: no two values are equal
                Assert.Equal(changed[0] + 3, changed[^1]);
                starts.Add(changed[0]);
                var donors = batch.Order.Where(d =>
                    batch.Cases.Labels[d] != batch.Cases.Labels[index]
                    && batch.Cases.Lengths[d] > changed[^1]
                    && changed.All(t =>
                        Enumerable.Range(0, 2).All(c => series[(c * length) + t].Equals(Channels(batch, d)[c][t]))
                    )
                );
                Assert.Single(donors);
            }
        }

        Assert.Contains(0, starts);
        Assert.Contains(8, starts); // the last time point of 12 is replaced too
    }

    [Fact]
    public void The_teacher_s_logits_are_those_of_its_own_pass_and_a_pool_asks_once()
    {
        using var batch = new PairBatch(Shape);
        var changes = Changes(batch, window: 4, pool: 3);
        var random = new SeededRandom(2);
        var seen = new Dictionary<string, float[]>(StringComparer.Ordinal);
        for (var draw = 0; draw < 40; draw++)
        {
            changes.Take(batch.Order, 2, random);
            for (var number = 0; number < 10; number++)
            {
                var key = string.Join(',', changes.Series(number).ToArray());
                var logits = changes.Logits(number).ToArray();
                Assert.Equal(seen.TryGetValue(key, out var before) ? before : logits, logits);
                seen[key] = logits;
            }

            Assert.NotEqual(changes.Series(0).ToArray(), changes.Series(1).ToArray());
        }

        Assert.Equal(15, seen.Count);
        var (series, expected) = seen.First();
        float[] values = [.. series.Split(',').Select(float.Parse)];
        var one = new MemKD.Engine.Layers.SequenceBatch(1, 2, values.Length / 2);
        one.Begin(1, values.Length / 2);
        one.Set(0, values);
        var workspace = new MemKD.Engine.Layers.NetworkWorkspace(batch.Teacher.Network, 1, values.Length / 2, team);
        workspace.Forward(one, training: false);
        Assert.Equal(expected, workspace.Logits.ToArray());
    }

    [Fact]
    public void A_window_longer_than_the_series_replaces_all_of_it()
    {
        using var batch = new PairBatch(new PairShape(3, 3));
        var changes = Changes(batch, window: 50, pool: 0);

        changes.Take([0], 1, new SeededRandom(1));

        Assert.Equal(batch.Cases.Values(1).ToArray(), changes.Series(0).ToArray());
    }

    [Fact]
    public void A_student_that_is_its_teacher_has_no_loss()
    {
        using var batch = new PairBatch(Shape);
        var (ours, theirs) = (new TemporalSaliency.Saliency(3, 2), new TemporalSaliency.Saliency(3, 2));
        foreach (var saliency in (TemporalSaliency.Saliency[])[ours, theirs])
        {
            saliency.Begin(1);
            saliency.Set(0, [1f, 2f, 3f], [1f, 0f, -1f]);
        }

        Assert.Equal(0, ours.Compare(theirs));
    }

    public void Dispose() => team.Dispose();

    private ChangedSeries Changes(PairBatch batch, int window, int pool) =>
        new(
            new MemKD.Distillation.MethodContext(
                batch.Teacher,
                batch.Student,
                new MemKD.Distillation.MethodValues([], new Dictionary<string, string>(StringComparer.Ordinal)),
                3,
                team
            ),
            window,
            pool
        );

    private static float[][] Channels(PairBatch batch, int index) =>
        [.. batch.Cases.Values(index).ToArray().Chunk(batch.Cases.Lengths[index])];
}
