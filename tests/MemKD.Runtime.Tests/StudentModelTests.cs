using System.Text.Json.Nodes;
using MemKD.Engine.Layers;
using MemKD.Engine.Random;
using MemKD.Models;
using MemKD.Runtime.Safetensors;
using MemKD.Runtime.Streaming;
using MemKD.Series;

namespace MemKD.Runtime.Tests;

/// <summary>Reading model files: the same model as through training's reader, and hostile files refused in one line.</summary>
public sealed class StudentModelTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("memkd-runtime-").FullName;

    [Theory]
    [InlineData(CellKind.Lstm, Normalization.SeriesZ, Pooling.Mean, 1, true, 100)]
    [InlineData(CellKind.Gru, Normalization.TrainChannelZ, Pooling.Last, 3, false, null)]
    [InlineData(CellKind.Rnn, Normalization.Raw, Pooling.Mean, 2, true, 30)]
    public void A_file_gives_the_model_that_was_written(
        CellKind cell,
        Normalization normalization,
        Pooling pooling,
        int layers,
        bool differences,
        int? maxLength
    )
    {
        var shape = new NetworkShape(cell, 4, 5, layers, 3, false, pooling);
        var classifier = TestModels.Classifier(shape, normalization, differences, maxLength);
        var path = Path.Combine(folder, ModelFile.FileName);
        ModelFile.Write(path, classifier);
        var expected = classifier.ToStudent();

        foreach (var model in (StudentModel[])[StudentModel.Load(path), StudentModel.Load(folder), FromStream(path)])
        {
            Assert.Equal(expected.MakeFingerprint(), model.MakeFingerprint());
            Assert.Equal(expected.Layers[^1].HiddenWeights, model.Layers[^1].HiddenWeights);
            Assert.Equal(expected.HeadBias, model.HeadBias);
            Assert.Equal(expected.Classes, model.Classes);
            Assert.Equal(expected.ChannelMeans, model.ChannelMeans);
            Assert.Equal(expected.DifferenceScales, model.DifferenceScales);
            Assert.Equal(maxLength, model.MaxLength);
            Assert.Equal(expected.TrainLength, model.TrainLength);
            Assert.Equal(new RawLengths(40, 40), model.RawLengths);
            Assert.Equal(40, model.WindowLength);
            Assert.Equal(classifier.ParameterCount, model.ParameterCount);
            Assert.Equal(shape.MultiplyAddsPerStep, model.MultiplyAddsPerStep);
        }
    }

    /// <summary>Files of before the lengths were kept: the window is known where nothing was resampled.</summary>
    [Theory]
    [InlineData(null, 40)]
    [InlineData(50, 40)]
    [InlineData(30, null)]
    public void A_file_without_raw_lengths_is_read(int? maxLength, int? window)
    {
        var path = Path.Combine(folder, "old");
        var shape = new NetworkShape(CellKind.Lstm, 1, 3, 1, 2);
        ModelFile.Write(path, TestModels.Classifier(shape, Normalization.SeriesZ, maxLength: maxLength));
        var file = SafetensorsFile.Read(path);
        SafetensorsFile.Write(
            path,
            file.Tensors,
            file.Metadata.Select(m =>
            {
                if (m.Key != "memkd.preparation")
                {
                    return m;
                }

                var preparation = JsonNode.Parse(m.Value)!.AsObject();
                Assert.True(preparation.Remove("rawLengthsOfTrain"));
                return KeyValuePair.Create(m.Key, preparation.ToJsonString());
            })
        );

        var model = StudentModel.Load(path);

        Assert.Null(model.RawLengths);
        Assert.Equal(window, model.WindowLength);
        Assert.DoesNotContain("rawLengths", ModelFile.Read(path).Preparation.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_reads_backwards_is_refused_with_the_way_out()
    {
        var classifier = TestModels.Classifier(new NetworkShape(CellKind.Gru, 1, 3, 1, 2, Bidirectional: true));
        var path = Path.Combine(folder, "teacher");
        ModelFile.Write(path, classifier);

        Assert.Contains("memkd distill", Refusal(path), StringComparison.Ordinal);
        var refusal = Assert.Throws<InputException>(classifier.ToStudent);
        Assert.Contains("memkd distill", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memkd.architecture", "hidden_size\":3", "hidden_size\":1000000000", "outside the limits")]
    [InlineData("memkd.architecture", "hidden_size\":3", "hidden_size\":0", "outside the limits")]
    [InlineData("memkd.architecture", "hidden_size\":3", "hidden_size\":3000", "shape")]
    [InlineData("memkd.architecture", "hidden_size\":3", "hidden_size\":4096", "outside the limits")]
    [InlineData("memkd.architecture", "layer_count\":1", "layer_count\":65", "outside the limits")]
    [InlineData("memkd.architecture", "layer_count\":1", "layer_count\":2", "no tensor")]
    [InlineData("memkd.architecture", "input_size\":1", "input_size\":50000000", "outside the limits")]
    [InlineData("memkd.architecture", "input_size\":1", "input_size\":2", "prepared for 1 channels")]
    [InlineData("memkd.architecture", "class_count\":2", "class_count\":100001", "outside the limits")]
    [InlineData("memkd.architecture", "class_count\":2", "class_count\":3", "class labels")]
    [InlineData("memkd.architecture", "\"Lstm\"", "\"Gru\"", "shape")]
    [InlineData("memkd.architecture", "\"Lstm\"", "\"lstm\\n\"", "none of Lstm, Gru, Rnn")]
    [InlineData("memkd.architecture", "\"Lstm\"", "0", "'memkd.architecture'")]
    [InlineData("memkd.architecture", "\"Last\"", "\"Max\"", "none of Last, Mean")]
    [InlineData("memkd.architecture", "{", "[", "'memkd.architecture'")]
    [InlineData("memkd.classes", "\"c0\"", "\"c1\"", "distinct")]
    [InlineData("memkd.classes", "\"c0\"", "null", "class labels")]
    [InlineData("memkd.preparation", "memkd-preparation-2", "memkd-preparation-9", "not of the form")]
    [InlineData("memkd.preparation", "train-channel-z", "raw", "contradict")]
    [InlineData("memkd.preparation", "train-channel-z", "auto", "not of the form")]
    [InlineData("memkd.preparation", "\"channelCount\": 1", "\"channelCount\": 2", "contradict")]
    [InlineData("memkd.preparation", "\"channelCount\": 1", "\"channelCount\": -1", "contradict")]
    [InlineData("memkd.preparation", "\"maxLength\": null", "\"maxLength\": 1", "contradict")]
    [InlineData("memkd.preparation", "\"channelDeviations\": [\n    ", "\"channelDeviations\": [\n    -", "contradict")]
    [InlineData("memkd.preparation", "\"channelDeviations\"", "\"x\"", "'memkd.preparation'")]
    [InlineData("memkd.preparation", "\"shortest\": 40", "\"shortest\": 41", "contradict")]
    [InlineData("memkd.preparation", "\"shortest\": 40", "\"shortest\": -1", "contradict")]
    [InlineData("memkd.preparation", "\"shortest\"", "\"x\"", "'memkd.preparation'")]
    public void Metadata_that_cannot_be_are_refused(string key, string part, string other, string fault)
    {
        var path = Path.Combine(folder, "x");
        ModelFile.Write(path, TestModels.Classifier(new NetworkShape(CellKind.Lstm, 1, 3, 1, 2)));
        var file = SafetensorsFile.Read(path);
        Assert.Contains(part, file.Metadata[key], StringComparison.Ordinal);
        SafetensorsFile.Write(
            path,
            file.Tensors,
            file.Metadata.Select(m =>
                KeyValuePair.Create(
                    m.Key,
                    m.Key == key ? m.Value.Replace(part, other, StringComparison.Ordinal) : m.Value
                )
            )
        );
        _ = Refusal(path);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains(fault, Refusal(path), StringComparison.Ordinal);

        // 4096 hidden units would take 268 MB; a refusal takes some texts.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Other_files_are_refused()
    {
        var path = Path.Combine(folder, "x");
        Assert.Contains("no such file", Refusal(Path.Combine(folder, "nothing")), StringComparison.Ordinal);
        File.WriteAllText(path, "not a model, but long enough for a header");
        Assert.Contains("not safetensors", Refusal(path), StringComparison.Ordinal);
        SafetensorsFile.Write(path, [new("fc.bias", [1], [0f])], []);
        Assert.Contains("no MemKD metadata", Refusal(path), StringComparison.Ordinal);
        ModelFile.Write(path, TestModels.Classifier(new NetworkShape(CellKind.Lstm, 1, 3, 1, 2)));
        var file = SafetensorsFile.Read(path);
        SafetensorsFile.Write(
            path,
            file.Tensors.Select(t => t.Name == "fc.bias" ? new(t.Name, t.Shape, [0, float.NaN]) : t),
            file.Metadata
        );
        Assert.Contains("not finite", Refusal(path), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_changed_bytes_is_a_model_or_is_refused()
    {
        var path = Path.Combine(folder, "x");
        var shape = new NetworkShape(CellKind.Gru, 2, 2, 1, 2);
        ModelFile.Write(path, TestModels.Classifier(shape, Normalization.TrainChannelZ, differences: true));
        var valid = File.ReadAllBytes(path);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 3000; i++)
        {
            var random = new SeededRandom((ulong)i, "student file");
            var bytes = valid.ToArray();
            for (var changes = 1 + random.NextInt(3); changes > 0; changes--)
            {
                bytes[random.NextInt(bytes.Length)] =
                    random.NextInt(2) == 0 ? (byte)random.NextInt(256) : (byte)('0' + random.NextInt(10));
            }

            try
            {
                using var stream = new MemoryStream(bytes);
                var student = new StreamingStudent(StudentModel.Load(stream));
                student.Step([1]);
                read++;
            }
            catch (InputException e)
            {
                Assert.DoesNotContain(e.Message, char.IsControl);
                refused++;
            }
        }

        Assert.InRange(read, 100, 2900);
        Assert.Equal(3000, read + refused);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static StudentModel FromStream(string path)
    {
        using var stream = File.OpenRead(path);
        return StudentModel.Load(stream, "x");
    }

    private static string Refusal(string path)
    {
        var refusal = Assert.Throws<InputException>(() => StudentModel.Load(path));
        Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(refusal.Message, char.IsControl);
        return refusal.Message;
    }
}
