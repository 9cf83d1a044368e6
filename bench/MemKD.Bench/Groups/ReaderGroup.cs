using System.Globalization;
using System.Text;
using MemKD.Bench.Measuring;
using MemKD.Engine.Random;
using MemKD.Series;

namespace MemKD.Bench.Groups;

/// <summary>How fast files of series are read.</summary>
internal static class ReaderGroup
{
    private static readonly (string Name, string Extension)[] Formats =
    [
        ("ts", ".ts"),
        ("tsv", ".tsv"),
        ("csv-wide", ".csv"),
        ("csv-long", ".csv"),
    ];

    public static Group Group { get; } =
        new(
            "readers",
            "Readers",
            "Text of 1000 cases of 500 points (csv-long: 200 cases), numbers of six digits, from memory to a TimeSeriesDataset (SeriesFile.Read). One thread, CPU time.",
            Run,
            [new("read", w => new Reading(w[0], Worker.Number(w[1])))]
        );

    private static Section Run(Contest contest)
    {
        var section = new Section();
        var rows = new List<string[]>();
        using var ours = Contest.Ours();
        foreach (var (name, _) in Formats)
        {
            var cases = contest.Quick(20, name is "csv-long" ? 200 : 1000).ToString(CultureInfo.InvariantCulture);
            var m = contest.Measure(byWall: false, (ours, $"read {name} {cases}"))[0]!;
            rows.Add([
                name,
                Show.Number(m.Rate / 1e6),
                Show.Number(m.Amount / m.Least / 1e6),
                Show.Number(m.Amount / 1e6),
            ]);
        }

        section.Add("Reading", ["format", "MB/s", "best", "MB"], rows);
        return section;
    }

    private sealed class Reading : IWork
    {
        private const int Timepoints = 500;
        private readonly string name;
        private readonly byte[] bytes;

        public Reading(string format, int cases)
        {
            name = "noise" + Formats.First(f => string.Equals(f.Name, format, StringComparison.Ordinal)).Extension;
            bytes = Encoding.UTF8.GetBytes(Text(format, cases));
        }

        public double Amount => bytes.Length;

        public void Run(int repetitions)
        {
            for (var i = 0; i < repetitions; i++)
            {
                SeriesFile.Read(new MemoryStream(bytes), name);
            }
        }

        private static string Text(string format, int cases)
        {
            var random = new SeededRandom(9);
            var text = new StringBuilder();
            text.Append(
                format switch
                {
                    "ts" =>
                        "@problemName noise\n@timeStamps false\n@univariate true\n@equalLength true\n@classLabel true 0 1 2\n@data\n",
                    "csv-long" => "id,time,value,label\n",
                    _ => "",
                }
            );
            for (var i = 0; i < cases; i++)
            {
                var label = i % 3;
                string[] values =
                [
                    .. Enumerable
                        .Range(0, Timepoints)
                        .Select(_ => random.NextGaussian().ToString("F6", CultureInfo.InvariantCulture)),
                ];
                switch (format)
                {
                    case "ts":
                        text.AppendJoin(',', values).Append(CultureInfo.InvariantCulture, $":{label}\n");
                        break;
                    case "csv-long":
                        for (var t = 0; t < values.Length; t++)
                        {
                            text.Append(CultureInfo.InvariantCulture, $"{i},{t},{values[t]},{label}\n");
                        }

                        break;
                    default:
                        var comma = format is "tsv" ? '\t' : ',';
                        text.Append(label).Append(comma).AppendJoin(comma, values).Append('\n');
                        break;
                }
            }

            return text.ToString();
        }
    }
}
