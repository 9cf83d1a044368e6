using MemKD.Engine.Layers;
using MemKD.Models;
using MemKD.Runtime.Safetensors;
using MemKD.Tests.Series;

namespace MemKD.Tests.Models;

public sealed class ModelFileRefusalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RecurrentClassifier model = SmallModels.Classifier(new NetworkShape(CellKind.Lstm, 1, 3, 1, 2));

    [Theory]
    [InlineData("memkd.architecture", null, "no MemKD metadata")]
    [InlineData("memkd.architecture", "null", "'memkd.architecture'")]
    [InlineData("memkd.architecture", "{}", "'memkd.architecture'")]
    [InlineData("memkd.architecture", "[1]", "'memkd.architecture'")]
    [InlineData("memkd.classes", null, "'memkd.classes' is missing")]
    [InlineData("memkd.classes", """["a"]""", "1 class labels")]
    [InlineData("memkd.classes", """["a","b","c"]""", "3 class labels")]
    [InlineData("memkd.classes", """["a","a"]""", "distinct")]
    [InlineData("memkd.classes", """["a",null]""", "class labels")]
    [InlineData("memkd.classes", """["a",""", "'memkd.classes'")]
    [InlineData("memkd.preparation", null, "preparation")]
    [InlineData("memkd.preparation", "{}", "preparation")]
    [InlineData("memkd.preparation", "{\"a\nb\":[", "preparation")]
    [InlineData("memkd.origin", null, "'memkd.origin' is missing")]
    [InlineData("memkd.origin", """{"dataset":null}""", "'memkd.origin'")]
    [InlineData("memkd.origin", """{"seed":-1}""", "'memkd.origin'")]
    public void Metadata_that_cannot_be_are_refused(string key, string? text, string fault) =>
        Refused(fault, metadata: (k, value) => string.Equals(k, key, StringComparison.Ordinal) ? text : value);

    [Theory]
    [InlineData("\"hidden_size\":3", "\"hidden_size\":1000000000", "outside the limits")]
    [InlineData("\"hidden_size\":3", "\"hidden_size\":99999999999999", "'memkd.architecture'")]
    [InlineData("\"hidden_size\":3", "\"hidden_size\":0", "outside the limits")]
    [InlineData("\"hidden_size\":3", "\"hidden_size\":-3", "outside the limits")]
    [InlineData("\"hidden_size\":3", "\"hidden_size\":3.5", "'memkd.architecture'")]
    [InlineData("\"hidden_size\":3", "\"hidden_size\":4", "shape")]
    [InlineData("\"hidden_size\":3", "\"hidden_size\":3000", "shape")]
    [InlineData("\"input_size\":1", "\"input_size\":2147483647", "outside the limits")]
    [InlineData("\"input_size\":1", "\"input_size\":50000000", "outside the limits")]
    [InlineData("\"input_size\":1", "\"input_size\":2", "prepared for 1 channels")]
    [InlineData("\"layer_count\":1", "\"layer_count\":2147483647", "outside the limits")]
    [InlineData("\"layer_count\":1", "\"layer_count\":2", "no tensor")]
    [InlineData("\"class_count\":2", "\"class_count\":2147483647", "outside the limits")]
    [InlineData("\"class_count\":2", "\"class_count\":1", "outside the limits")]
    [InlineData("\"class_count\":2", "\"class_count\":3", "class labels")]
    [InlineData("\"cell\":\"Lstm\"", "\"cell\":\"Transformer\"", "'memkd.architecture'")]
    [InlineData("\"cell\":\"Lstm\"", "\"cell\":77", "outside the limits")]
    [InlineData("\"cell\":\"Lstm\"", "\"cell\":\"Gru\"", "shape")]
    [InlineData("\"cell\":\"Lstm\",", "", "'memkd.architecture'")]
    [InlineData("\"pooling\":\"Last\"", "\"pooling\":-1", "outside the limits")]
    [InlineData("\"bidirectional\":false", "\"bidirectional\":true", "fc.weight|_reverse")]
    public void An_architecture_that_cannot_be_is_refused_before_memory_is_taken(
        string part,
        string other,
        string fault
    )
    {
        // Loads the texts of exceptions, which the first one needs.
        Assert.Throws<InputException>(() => ModelFile.Read(folder.Path));
        var memory = Refused(
            fault,
            metadata: (key, value) =>
                string.Equals(key, "memkd.architecture", StringComparison.Ordinal)
                    ? value.Replace(part, other, StringComparison.Ordinal)
                    : value
        );

        // 3000 hidden units alone would take 144 MB; a refusal takes some texts and the file's own 400 bytes.
        Assert.InRange(memory, 0, 1_000_000);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Weights_that_are_not_finite_are_refused(float value) =>
        Refused("not finite", tensor: t => IsHeadBias(t) ? new(t.Name, t.Shape, [0, value]) : t);

    [Fact]
    public void Tensors_of_another_shape_or_type_or_none_are_refused()
    {
        Refused("shape", tensor: t => IsHeadBias(t) ? new(t.Name, [1, 2], [0, 0]) : t);
        Refused("shape", tensor: t => IsHeadBias(t) ? new(t.Name, [3], [0, 0, 0]) : t);
        Refused("I64", tensor: t => IsHeadBias(t) ? new(t.Name, SafetensorsDtype.I64, [2], new byte[16]) : t);
        Refused("no tensor", tensor: t => IsHeadBias(t) ? null : t);
    }

    [Fact]
    public void A_folder_or_path_without_a_model_is_refused_with_the_way_out()
    {
        foreach (var path in new[] { folder.Path, Path.Combine(folder.Path, "nothing") })
        {
            var refusal = Assert.Throws<InputException>(() => ModelFile.Read(path));
            Assert.Contains("memkd train", refusal.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => folder.Dispose();

    private static bool IsHeadBias(SafetensorsTensor tensor) =>
        string.Equals(tensor.Name, "fc.bias", StringComparison.Ordinal);

    /// <summary>Writes the changed file and reads it; the bytes that the refusal allocated.</summary>
    private long Refused(
        string fault,
        Func<string, string, string?>? metadata = null,
        Func<SafetensorsTensor, SafetensorsTensor?>? tensor = null
    )
    {
        var path = Path.Combine(folder.Path, "changed.safetensors");
        SmallModels.WriteChanged(path, model, metadata, tensor);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Assert.Throws<InputException>(() => ModelFile.Read(path));
        var memory = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(fault.Split('|').Any(f => refusal.Message.Contains(f, StringComparison.Ordinal)), refusal.Message);
        Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refusal.Message, char.IsControl);
        File.Delete(path);
        return memory;
    }
}
