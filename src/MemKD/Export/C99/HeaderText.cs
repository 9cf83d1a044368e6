using System.Globalization;
using MemKD.Runtime;
using static MemKD.Export.C99.CText;

namespace MemKD.Export.C99;

/// <summary>NAME.h: constants, the state and the functions.</summary>
internal static class HeaderText
{
    public static string Of(CShape shape, string formatLine)
    {
        var (name, upper, model) = (shape.Name, shape.Upper, shape.Model);
        var number = shape.IsFloat ? "float" : "int32_t";
        var states = shape.HasLayers ? $"{upper}_LAYERS * {upper}_HIDDEN" : $"{upper}_HIDDEN";
        var probability = shape.IsFloat ? "0 to 1" : "Q1.15: 32768 is 1";
        return $$"""
            /* {{name}}: {{formatLine}}.
             * Written by MemKD; the formats are described in its docs/formats/c99.md. Do not edit: export again. */
            #ifndef {{upper}}_H
            #define {{upper}}_H

            #include <stdint.h>

            #ifdef __cplusplus
            extern "C" {
            #endif

            #define {{upper}}_INPUTS {{Number(model.ChannelCount)}}  /* values of a sample */
            #define {{upper}}_HIDDEN {{Number(model.HiddenSize)}}{{If(shape.HasLayers, $"  /* units of a layer */\n#define {upper}_LAYERS {Number(shape.LayerCount)}")}}
            #define {{upper}}_CLASSES {{Number(model.Classes.Count)}}
            #define {{upper}}_CLASS_NAMES { {{string.Join(", ", model.Classes.Select(Quoted))}} }
            #define {{upper}}_STATE_BYTES {{Number(shape.StateBytes)}}
            #define {{upper}}_LENGTH {{Number(model.TrainLength)}}  /* samples of the longest series it was trained on{{If(IsResampled(model), ", after resampling")}} */
            {{If(model.MaxLength != null, $"#define {upper}_MAX_LENGTH {Number(model.MaxLength ?? 0)}  /* longer training series were resampled to so many */\n")}}{{RawLength(shape)}}
            /* One stream. The caller owns it; plain data, which may be copied, saved and restored. */
            typedef struct {
            {{Lines(
                If(shape.IsLstm, $"    {number} c[{states}];{If(!shape.IsFloat, "    /* cells, Q11.20 */")}"),
                If(shape.IsMean, $"    {number} sum[{upper}_HIDDEN];{If(!shape.IsFloat, "  /* of h, for its mean */")}"),
                If(shape.HasCount, "    uint32_t n;  /* samples since the reset */"),
                $"    {shape.Sample} h[{states}];{If(!shape.IsFloat, "  /* hidden state, Q0.15 */")}",
                If(shape.HasDifferences, $"    {shape.Sample} last[{upper}_INPUTS];  /* the sample before */")
            )}}
            } {{name}}_state_t;

            /* A new stream: to be called before the first sample. */
            void {{name}}_reset({{name}}_state_t *s);

            /* Takes one sample{{SampleText(shape)}}. */
            void {{name}}_step({{name}}_state_t *s, const {{shape.Sample}} x[{{upper}}_INPUTS]);

            /* Outputs of the linear layer{{If(!shape.IsFloat, ", Q19.12")}}: the soft-max of these gives the probabilities. Returns the class of the highest,
             * the first of equals. */
            int {{name}}_logits(const {{name}}_state_t *s, {{number}} z[{{upper}}_CLASSES]);

            /* Probabilities of the classes for what was seen since the reset, {{probability}}. */
            void {{name}}_scores(const {{name}}_state_t *s, {{shape.Score}} p[{{upper}}_CLASSES]);

            /* The likeliest class, 0 ... {{upper}}_CLASSES - 1; without soft-max. */
            int {{name}}_class(const {{name}}_state_t *s);
            {{Scaling(shape)}}
            #ifdef __cplusplus
            }
            #endif

            #endif

            """;
    }

    private static bool IsResampled(StudentModel model) => model.RawLengths?.Longest > model.TrainLength;

    /// <summary>The length before resampling, where it is known.</summary>
    private static string RawLength(CShape shape) =>
        shape.Model.RawLengths is not { } raw ? ""
        : raw.Shortest == raw.Longest
            ? $"#define {shape.Upper}_RAW_LENGTH {Number(raw.Longest)}  /* samples of every training series as recorded: a window */\n"
        : $"#define {shape.Upper}_RAW_LENGTH {Number(raw.Longest)}  /* samples of the longest training series as recorded, the shortest: {Number(raw.Shortest)} */\n";

    private static string SampleText(CShape shape)
    {
        var format = shape.IsFloat ? "" : ", Q4.12: 4096 is 1";
        return shape.HasNorm ? $", scaled by {shape.Name}_norm{format}"
            : shape.HasWindow ? $" of a window scaled by {shape.Name}_window{format}"
            : ", as it is";
    }

    private static string Scaling(CShape shape)
    {
        var (name, upper) = (shape.Name, shape.Upper);
        return shape.HasNorm
                ? $$"""

                    /* A measured value of a channel as the student reads it: (raw - mean) / deviation of the training series. */
                    {{shape.Sample}} {{name}}_norm(float raw, int channel);

                    """
            : shape.HasWindow
                ? $$"""

                    /* This student was trained on series that were scaled by their own mean and deviation, which are known only at
                     * their end. So it reads windows: collect the samples of one, scale them here, reset, and take the steps.
                     * raw: [length][{{upper}}_INPUTS] measured values; x: [at most {{(
                        shape.Model.MaxLength == null ? "length" : upper + "_MAX_LENGTH"
                    )}}][{{upper}}_INPUTS].
                     * Returns the number of samples in x: length{{If(
                        shape.Model.MaxLength != null,
                        ", or " + upper + "_MAX_LENGTH after resampling"
                    )}}. */
                    int {{name}}_window(const float *raw, int length, {{shape.Sample}} *x);

                    """
            : "";
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
