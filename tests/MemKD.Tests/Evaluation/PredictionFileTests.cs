using System.Globalization;
using MemKD.Engine.Random;
using MemKD.Evaluation;

namespace MemKD.Tests.Evaluation;

public sealed class PredictionFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("memkd-predictions-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void File_has_the_header_and_one_row_a_case_counted_from_0()
    {
        var path = Path.Combine(folder, "predictions.csv");
        PredictionFile.Write(path, ["-1", "1"], [0, 1, 1], [0.75f, 0.25f, 0.5f, 0.5f, 1e-10f, 1f]);
        Assert.Equal(
            "case,label,predicted,p_-1,p_1\n0,-1,-1,0.75,0.25\n1,1,-1,0.5,0.5\n2,1,1,1E-10,1\n",
            File.ReadAllText(path)
        );
        Assert.Equal((byte)'c', File.ReadAllBytes(path)[0]); // no byte order mark
    }

    [Fact]
    public void Labels_with_commas_quotes_and_line_breaks_are_quoted()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        PredictionFile.Write(writer, ["up, fast", "so \"good\"", "two\nlines", "naïve"], [1], [0.25f, 0.25f, 0.5f, 0f]);
        Assert.Equal(
            "case,label,predicted,\"p_up, fast\",\"p_so \"\"good\"\"\",\"p_two\nlines\",p_naïve\n"
                + "0,\"so \"\"good\"\"\",\"two\nlines\",0.25,0.25,0.5,0\n",
            writer.ToString()
        );
    }

    [Fact]
    public void Probabilities_read_back_as_the_same_numbers_under_any_culture()
    {
        var random = new SeededRandom(21);
        var probabilities = new float[2000];
        for (var i = 0; i < probabilities.Length; i += 2)
        {
            probabilities[i] = MathF.Pow(random.NextSingle(), 20); // down to the smallest numbers
            probabilities[i + 1] = 1 - probabilities[i];
        }

        var before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NegativeSign = "~";
        string text;
        try
        {
            CultureInfo.CurrentCulture = comma;
            using var writer = new StringWriter(comma);
            PredictionFile.Write(writer, ["a", "b"], new int[1000], probabilities);
            text = writer.ToString();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        var lines = text.TrimEnd('\n').Split('\n');
        Assert.Equal(1001, lines.Length);
        for (var i = 0; i < 1000; i++)
        {
            var fields = lines[i + 1].Split(',');
            Assert.Equal(5, fields.Length);
            Assert.Equal(probabilities[2 * i], float.Parse(fields[3], CultureInfo.InvariantCulture));
            Assert.Equal(probabilities[(2 * i) + 1], float.Parse(fields[4], CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void A_refused_table_leaves_the_old_file_and_no_other()
    {
        var path = Path.Combine(folder, "predictions.csv");
        File.WriteAllText(path, "old");
        Assert.Throws<InputException>(() => PredictionFile.Write(path, ["a", "b"], [0], [0.5f, float.NaN]));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder));
        PredictionFile.Write(path, ["a", "b"], [0], [0.5f, 0.5f]);
        Assert.StartsWith("case,", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_named_in_one_line()
    {
        var path = Path.Combine(folder, "missing", "predictions.csv");
        var error = Assert.Throws<InputException>(() => PredictionFile.Write(path, ["a", "b"], [0], [1f, 0f]));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Throws<InputException>(() => PredictionFile.Write(folder, ["a", "b"], [0], [1f, 0f])); // a folder
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(folder)!, Path.GetFileName(folder) + ".*.part"));
    }
}
