using System.Globalization;
using System.Text.Json.Nodes;

namespace MemKD.Cli.Output;

/// <summary>Numbers in results: invariant culture; what is undefined is <c>-</c> for a person and null in JSON.</summary>
internal static class Numbers
{
    /// <summary>A measure, four decimals.</summary>
    public static string Measure(double value) =>
        double.IsFinite(value) ? value.ToString("F4", CultureInfo.InvariantCulture) : "-";

    /// <summary>A count with separators: 203,002.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A time: 0.42 s, 75 s.</summary>
    public static string Seconds(TimeSpan time) =>
        time.TotalSeconds.ToString(time.TotalSeconds < 10 ? "F2" : "F0", CultureInfo.InvariantCulture) + " s";

    /// <summary>A number for JSON.</summary>
    public static JsonNode? Json(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;
}
