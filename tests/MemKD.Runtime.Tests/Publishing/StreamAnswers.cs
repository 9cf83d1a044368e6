using System.Globalization;
using MemKD.Runtime.Integer;
using MemKD.Runtime.Streaming;

namespace MemKD.Runtime.Tests.Publishing;

/// <summary>
/// What a program of the runtime alone says about a stream: compiled into these tests, and into the programs that
/// <see cref="PublishedProgramTests"/> publishes. Nothing but the runtime and the base library may be used here.
/// </summary>
internal static class StreamAnswers
{
    /// <summary>Answers about lines of samples, one value a channel, by every way there is; probabilities as the bits of floats.</summary>
    public static IEnumerable<string> Of(string path, IEnumerable<string> lines)
    {
        var model = StudentModel.Load(path);
        IStreamClassifier[] streams =
        [
            new StreamingStudent(model),
            new StreamingStudent(model, new StreamOptions { SamplesPerPoint = 1.5 }),
            new WindowClassifier(model, new WindowOptions(model.WindowLength ?? 20, 7)),
            .. Enum.GetValues<WeightFormat>().Select(f => new StreamingStudent(Quantizer.Quantize(model, f))),
        ];
        var early = new EarlyDecision(new EarlyRule(0.6, 2));
        var scores = new float[model.Classes.Count];
        foreach (var line in lines)
        {
            var sample = Array.ConvertAll(line.Split(','), f => float.Parse(f, CultureInfo.InvariantCulture));
            foreach (var stream in streams.Where(s => s.Step(sample)))
            {
                stream.Scores(scores);
                yield return $"{model.Classes[stream.Class]} {string.Join(' ', scores.Select(BitConverter.SingleToUInt32Bits))} {early.Observe(scores)}";
            }
        }

        foreach (var stream in streams.OfType<StreamingStudent>())
        {
            var saved = stream.Snapshot();
            stream.Reset();
            stream.Restore(saved);
            stream.Scores(scores);
            yield return string.Join(' ', scores.Select(BitConverter.SingleToUInt32Bits));
        }

        var refusal = "";
        try
        {
            using var broken = new MemoryStream([9, 0, 0, 0, 0, 0, 0, 0, .. "{\"a\":[1}"u8]);
            StudentModel.Load(broken, "broken");
        }
        catch (InputException e)
        {
            refusal = e.Message;
        }

        yield return refusal;
    }
}
