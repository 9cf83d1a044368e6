using static MemKD.Export.C99.CText;

namespace MemKD.Export.C99;

/// <summary>NAME_norm or NAME_window: from measured values to what the student reads.</summary>
internal static class ScalingText
{
    public static string Of(CShape shape) =>
        shape.HasNorm ? Norm(shape)
        : shape.HasWindow ? Window(shape)
        : "";

    /// <summary>Float to Q4.12, as <see cref="Runtime.Integer.IntegerStudent.ToSample"/>.</summary>
    private const string ToSample = """
        /* To Q4.12: nearest, halves away from 0, held to +-8; what is no number becomes 0. */
        static int16_t sample(float scaled)
        {
            const float value = scaled * 4096.0f;
            if (value >= 32767.0f) {
                return 32767;
            }
            if (value > -32768.0f) {
                return (int16_t)(value < 0.0f ? value - 0.5f : value + 0.5f);
            }
            return (int16_t)(value <= -32768.0f ? -32768 : 0);
        }
        """;

    private static string Norm(CShape shape)
    {
        var model = shape.Model;
        var scaled = "(raw - mean[channel]) * factor[channel]";
        return Blocks(
            If(!shape.IsFloat, ToSample),
            $$"""
            {{shape.Sample}} {{shape.Name}}_norm(float raw, int channel)
            {
                static const float mean[CHANNELS] = { {{List(model.ChannelMeans)}} };
                /* 1 / deviation; 0 where the training series did not change */
                static const float factor[CHANNELS] = { {{List(
                model.ChannelDeviations.Select(d => d == 0 ? 0 : 1 / d)
            )}} };
                return {{(shape.IsFloat ? scaled : $"sample({scaled})")}};
            }
            """
        );
    }

    private static string Window(CShape shape)
    {
        var resamples = shape.Model.MaxLength != null;
        var point = resamples
            ? $$"""
                /* Value t of `points` values on straight lines through a channel of the window, both ends kept. */
                static float point(const float *raw, int length, int points, int t, int channel)
                {
                    const int32_t position = points == length ? t : (int32_t)t * (length - 1);
                    const int32_t steps = points == length ? 1 : points - 1;
                    const int32_t from = position / steps;
                    const int32_t rest = position % steps;
                    const float a = raw[from * CHANNELS + channel];
                    const float b = rest == 0 ? a : raw[(from + 1) * CHANNELS + channel];
                    return a + (b - a) * (float)rest / (float)steps;
                }

                """
            : "";
        var value = resamples ? "point(raw, length, points, t, channel)" : "raw[t * CHANNELS + channel]";
        var points = resamples ? $"length > {shape.Upper}_MAX_LENGTH ? {shape.Upper}_MAX_LENGTH : length" : "length";
        var scaled = $"({value} - mean) * factor";
        return Blocks(
            If(!shape.IsFloat, ToSample),
            $$"""
            /* 1 / square root, by Newton's steps; 0 for 0. */
            static float inverse_root(float v)
            {
                float root = v > 1.0f ? v : 1.0f;
                int i;
                for (i = 0; i < 80; ++i) {
                    const float next = 0.5f * (root + v / root);
                    if (next >= root) {
                        break;
                    }
                    root = next;
                }
                return v > 0.0f ? 1.0f / root : 0.0f;
            }

            {{point}}int {{shape.Name}}_window(const float *raw, int length, {{shape.Sample}} *x)
            {
                const int points = {{points}};
                int channel;
                for (channel = 0; channel < CHANNELS; ++channel) {
                    float mean = 0.0f;
                    float rest = 0.0f;
                    float squares = 0.0f;
                    float factor;
                    int t;
                    for (t = 0; t < points; ++t) {
                        mean += {{value}};
                    }
                    mean /= (float)points;
                    /* once more from the mean: float has only 24 bits */
                    for (t = 0; t < points; ++t) {
                        rest += {{value}} - mean;
                    }
                    mean += rest / (float)points;
                    for (t = 0; t < points; ++t) {
                        const float d = {{value}} - mean;
                        squares += d * d;
                    }
                    factor = inverse_root(squares / (float)points);
                    for (t = 0; t < points; ++t) {
                        x[t * CHANNELS + channel] = {{(shape.IsFloat ? scaled : $"sample({scaled})")}};
                    }
                }
                return points;
            }
            """
        );
    }

    private static string List(IEnumerable<double> values) => string.Join(", ", values.Select(v => Literal((float)v)));
}
