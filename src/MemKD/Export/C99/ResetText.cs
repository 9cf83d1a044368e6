using static MemKD.Export.C99.CText;

namespace MemKD.Export.C99;

/// <summary>The function NAME_reset.</summary>
internal static class ResetText
{
    public static string Of(CShape shape)
    {
        var zero = shape.IsFloat ? "0.0f" : "0";
        var sum = If(shape.IsMean, $"        s->sum[j] = {zero};");
        return $$"""
            void {{shape.Name}}_reset({{shape.Name}}_state_t *s)
            {
                int j;
                for (j = 0; j < {{If(shape.HasLayers, "LAYERS * ")}}H; ++j) {
            {{Lines(
                If(shape.IsLstm, $"        s->c[j] = {zero};"),
                If(!shape.HasLayers, sum),
                $"        s->h[j] = {zero};"
            )}}
                }
            {{If(shape.HasLayers && shape.IsMean, $"    for (j = 0; j < H; ++j) {{\n{sum}\n    }}\n")}}{{If(shape.HasDifferences, $"    for (j = 0; j < CHANNELS; ++j) {{\n        s->last[j] = {zero};\n    }}\n")}}{{If(shape.HasCount, "    s->n = 0;\n")}}}
            """;
    }
}
