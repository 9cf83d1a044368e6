using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Runtime.Safetensors;
using MemKD.Series;
using MemKD.Tests.Series;

namespace MemKD.Tests.Models;

public sealed class PyTorchCheckpointTests : IDisposable
{
    private static readonly Preparation OneChannel = Preparation.Fit(
        SmallModels.Series(1),
        new PreparationOptions { Differences = false }
    );
    private readonly TemporaryFolder folder = new();

    /// <summary>Names and shapes of an LSTM with 1 channel, 2 units and 3 classes.</summary>
    private readonly Dictionary<string, int[]> tensors = new(StringComparer.Ordinal)
    {
        ["lstm.weight_ih_l0"] = [8, 1],
        ["lstm.weight_hh_l0"] = [8, 2],
        ["lstm.bias_ih_l0"] = [8],
        ["lstm.bias_hh_l0"] = [8],
        ["classifier.weight"] = [3, 2],
        ["classifier.bias"] = [3],
    };

    [Fact]
    public void The_architecture_is_read_off_the_shapes()
    {
        Assert.Equal(new NetworkShape(CellKind.Lstm, 1, 2, 1, 3), Read().Network.Shape);
        Assert.Equal(["0", "1", "2"], Read().Classes);
        Assert.Equal("pytorch", Read().Origin.Method);
    }

    [Fact]
    public void A_checkpoint_without_one_of_its_tensors_is_refused()
    {
        foreach (var name in tensors.Keys.ToArray())
        {
            var shape = tensors[name];
            tensors.Remove(name);
            Refused();
            tensors[name] = shape;
        }

        Read();
    }

    [Theory]
    [InlineData("lstm.weight_hh_l0", new[] { 10, 2 }, "5 blocks")]
    [InlineData("lstm.weight_hh_l0", new[] { 4, 2 }, "2 blocks")]
    [InlineData("lstm.weight_hh_l0", new[] { 9, 2 }, "shape")]
    [InlineData("lstm.weight_hh_l0", new[] { 8, 0 }, "matrices")]
    [InlineData("lstm.weight_hh_l0", new[] { 16 }, "matrices")]
    [InlineData("lstm.weight_ih_l0", new[] { 8 }, "matrices")]
    [InlineData("lstm.weight_ih_l0", new[] { 8, 0 }, "takes 0 channels")]
    [InlineData("lstm.weight_ih_l0", new[] { 8, 2 }, "2 channels")]
    [InlineData("lstm.weight_ih_l0", new[] { 7, 1 }, "shape")]
    [InlineData("lstm.bias_ih_l0", new[] { 4 }, "shape")]
    [InlineData("classifier.weight", new[] { 3, 4 }, "shape")]
    [InlineData("classifier.weight", new[] { 1, 2 }, "outside the limits")]
    [InlineData("classifier.weight", new[] { 6 }, "no linear layer")]
    [InlineData("lstm.weight_hr_l0", new[] { 2, 2 }, "'lstm.weight_hr_l0'")]
    [InlineData("lstm.weight_ih_l1", new[] { 8, 2 }, "no tensor")]
    [InlineData("lstm.weight_ih_l0_reverse", new[] { 8, 1 }, "no tensor")]
    [InlineData("norm.weight", new[] { 2 }, "'norm.weight'")]
    [InlineData("classifier2.weight", new[] { 3, 3 }, "'classifier2.weight'")]
    [InlineData("second.weight_ih_l0", new[] { 8, 2 }, "'second.weight_ih_l0'")]
    public void A_checkpoint_of_another_build_is_refused(string name, int[] shape, string fault)
    {
        tensors[name] = shape;

        Assert.Contains(fault, Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Class_labels_must_be_one_an_output_and_distinct()
    {
        Assert.Contains("2 class labels", Refused("a", "b"), StringComparison.Ordinal);
        Assert.Contains("twice", Refused("a", "b", "a"), StringComparison.Ordinal);
        Assert.Equal(["c", "b", "a"], Read("c", "b", "a").Classes);
    }

    [Fact]
    public void A_checkpoint_is_not_taken_for_a_model_of_ours()
    {
        Read();
        var refusal = Assert.Throws<InputException>(() => ModelFile.Read(Path.Combine(folder.Path, "c.safetensors")));

        Assert.Contains("PyTorch", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private RecurrentClassifier Read(params string[] classes)
    {
        var path = Path.Combine(folder.Path, "c.safetensors");
        SafetensorsFile.Write(
            path,
            tensors.Select(t => new SafetensorsTensor(
                t.Key,
                t.Value,
                new float[t.Value.Aggregate(1, (product, size) => product * size)]
            )),
            []
        );
        return PyTorchCheckpoint.Read(path, classes.Length == 0 ? null : classes, OneChannel);
    }

    private string Refused(params string[] classes)
    {
        var message = Assert.Throws<InputException>(() => Read(classes)).Message;
        Assert.DoesNotContain(message, char.IsControl);
        return message;
    }
}
