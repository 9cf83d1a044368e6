using MemKD.Engine.Layers;
using MemKD.Engine.Losses;
using MemKD.Engine.Memory;
using MemKD.Engine.Optimization;

namespace MemKD.Engine.Tests.PyTorch;

/// <summary>Optimizers, schedule, clipping, loss and a short training run against PyTorch in float64.</summary>
public class PyTorchOptimizationTests
{
    [Theory]
    [InlineData("adam")]
    [InlineData("adam, coupled decay")]
    [InlineData("adamw")]
    [InlineData("sgd")]
    [InlineData("sgd, momentum")]
    [InlineData("sgd, nesterov")]
    public void Ten_updates_follow_the_trajectory(string name)
    {
        var v = PyTorchVectors.Optimizers.Trajectories.Single(t =>
            string.Equals(t.Name, name, StringComparison.Ordinal)
        );
        var parameters = new ParameterSet([("p", [v.Start.Length])]);
        var gradient = parameters.ZerosLike();
        Copy(v.Start, parameters.Values);
        Optimizer optimizer = name switch
        {
            "adam" => new Adam(parameters),
            "adam, coupled decay" => new Adam(parameters, weightDecay: 0.1),
            "adamw" => new Adam(parameters, weightDecay: 0.1, decoupled: true),
            "sgd" => new Sgd(parameters, momentum: 0),
            "sgd, momentum" => new Sgd(parameters, momentum: 0.9, weightDecay: 0.01),
            _ => new Sgd(parameters, momentum: 0.9, weightDecay: 0.01, nesterov: true),
        };
        for (var step = 0; step < v.Gradients.Length; step++)
        {
            Copy(v.Gradients[step], gradient.Values);
            optimizer.Step(parameters, gradient, v.Rate);

            // Ten roundings of 6e-8, relative to the largest of the numbers.
            var difference = Agreement.Worst($"update {step}", Agreement.Doubles(parameters.Values), v.After[step]);
            Agreement.Within(6e-7, difference);
        }

        Assert.Equal(v.Gradients.Length, optimizer.UpdateCount);
    }

    [Fact]
    public void Clipping_agrees()
    {
        foreach (var v in PyTorchVectors.Optimizers.Clipping)
        {
            var gradient = new ParameterSet([("p", [v.Before.Length])]);
            Copy(v.Before, gradient.Values);

            Assert.Equal(v.Norm, GradientClipping.ToNorm(gradient, v.MaxNorm), 1e-9);

            // PyTorch divides by the norm + 1e-6; the norm is about 3.
            Agreement.Within(1e-6, Agreement.Worst("clipped", Agreement.Doubles(gradient.Values), v.After));
        }
    }

    [Fact]
    public void The_cosine_schedule_agrees()
    {
        foreach (var v in PyTorchVectors.Optimizers.Cosine)
        {
            var rate = new LearningRate(ScheduleKind.Cosine, v.Base, v.Budget);
            double[] actual = [.. Enumerable.Range(0, v.Budget).Select(rate.At)];

            // PyTorch multiplies from update to update: a few roundings of 1e-16 each.
            Agreement.Within(1e-13, Agreement.Worst("rates", actual, v.Rates));
        }
    }

    [Fact]
    public void Label_smoothing_agrees()
    {
        foreach (var v in PyTorchVectors.Optimizers.Smoothing)
        {
            float[] logits = [.. v.Logits.Select(z => (float)z)];
            var gradient = new float[logits.Length];

            // The loss is computed in double, its gradient rounded to float32.
            Assert.Equal(v.Loss, CrossEntropy.Evaluate(logits, v.Labels, v.Smoothing, 1, gradient), 1e-11);
            Agreement.Within(1e-7, Agreement.Worst("gradient", Agreement.Doubles(gradient), v.Gradient));
        }
    }

    [Fact]
    public void Ten_updates_of_a_tiny_LSTM_follow_the_losses_and_norms()
    {
        var v = PyTorchVectors.Training;
        var network = new RecurrentNetwork(new NetworkShape(CellKind.Lstm, 1, 8, 1, 2));
        foreach (var (name, values) in v.Start)
        {
            Copy(values, network.Parameters[name]);
        }

        network.Pack();
        using var team = new WorkerTeam(1);
        var (cases, length) = (v.Cases.Length, v.Cases[0].Length);
        var workspace = new NetworkWorkspace(network, cases, length, team);
        var batch = new SequenceBatch(cases, 1, length);
        batch.Begin(cases, length);
        for (var i = 0; i < cases; i++)
        {
            batch.Set(i, [.. v.Cases[i].Select(x => (float)x)]);
        }

        var gradient = network.Parameters.ZerosLike();
        var optimizer = new Adam(network.Parameters, v.WeightDecay);
        for (var update = 0; update < v.Losses.Length; update++)
        {
            gradient.Values.Clear();
            workspace.Forward(batch, training: true);
            workspace.LogitGradient.Clear();
            var loss = CrossEntropy.Evaluate(workspace.Logits, v.Labels, 0, 1, workspace.LogitGradient);
            workspace.Backward(gradient);
            var norm = GradientClipping.ToNorm(gradient, v.MaxNorm);
            optimizer.Step(network.Parameters, gradient, v.Rate);
            network.Pack();

            // Adam divides by √v: where a gradient is near 0 its relative error of 1e-6 moves a weight by up to the
            // learning rate times that, and ten updates add up.
            Assert.Equal(v.Losses[update], loss, 2e-6);
            Assert.Equal(v.Norms[update], norm, 1e-5);
        }

        Agreement.Within(
            1e-5,
            Agreement.Worst(v.End.Select(e => (e.Key, Agreement.Doubles(network.Parameters[e.Key]), e.Value)))
        );
    }

    [Fact]
    public void Vectors_name_the_version_of_PyTorch_that_made_them()
    {
        Assert.Matches(@"^\d+\.\d+", PyTorchVectors.Networks.Torch);
        Assert.Equal(PyTorchVectors.Networks.Torch, PyTorchVectors.Optimizers.Torch);
        Assert.Equal(PyTorchVectors.Networks.Torch, PyTorchVectors.Training.Torch);
    }

    private static void Copy(double[] source, Span<float> destination)
    {
        Assert.Equal(source.Length, destination.Length);
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = (float)source[i];
        }
    }
}
