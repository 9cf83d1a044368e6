using System.Globalization;
using System.Xml.Linq;
using MemKD.Comparison;
using MemKD.Comparison.Figures;

namespace MemKD.Tests.Comparison;

public class FigureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Figures => [.. Draw(Scores.Small()).Keys];

    [Theory]
    [MemberData(nameof(Figures))]
    public void A_figure_is_one_XML_document_with_a_white_ground_and_nothing_from_outside(string name)
    {
        var text = Draw(Scores.Small())[name];
        var root = XDocument.Parse(text).Root!;

        Assert.Equal(Svg + "svg", root.Name);
        var ground = root.Elements(Svg + "rect").First();
        Assert.Equal(("#ffffff", "0", "0"), (At(ground, "fill"), At(ground, "x"), At(ground, "y")));
        Assert.Equal((At(root, "width"), At(root, "height")), (At(ground, "width"), At(ground, "height")));
        Assert.DoesNotContain("href", text);
        Assert.DoesNotContain("url(", text);
        Assert.Contains("R&amp;D &lt;x&gt;", text);
        Assert.Contains(root.Elements(Svg + "text"), t => t.Value.StartsWith("R&D <x>", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Figures))]
    public void Everything_lies_on_the_ground(string name)
    {
        var root = XDocument.Parse(Draw(Scores.Small())[name]).Root!;
        var (width, height) = (Number(root, "width"), Number(root, "height"));

        foreach (var element in root.Elements())
        {
            foreach (var x in (string[])["x", "x1", "x2", "cx"])
            {
                Assert.InRange(Number(element, x), 0, width);
            }

            foreach (var y in (string[])["y", "y1", "y2", "cy"])
            {
                Assert.InRange(Number(element, y), 0, height);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Figures))]
    public void A_figure_has_the_same_bytes_in_every_culture(string name)
    {
        var before = CultureInfo.CurrentCulture;
        var expected = Draw(Scores.Small())[name];
        try
        {
            var russian = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            (russian.NumberFormat.NumberDecimalSeparator, russian.NumberFormat.NegativeSign) = (",", "~");
            CultureInfo.CurrentCulture = russian;
            Assert.Equal(expected, Draw(Scores.Small())[name]);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Ranks_stand_at_their_places_with_the_best_to_the_right()
    {
        // every set ranks m0 before m1 before m2; in 30 sets each pair differs
        var scores = Scores.Of([
            .. Enumerable.Range(0, 30).Select(d => new[] { 0.9 + (d * 0.001), 0.8 + (d * 0.0007), 0.5 + (d * 0.0003) }),
        ]);
        var comparison = MethodComparison.Of(scores, ComparisonPreset.Aeon);
        var root = XDocument.Parse(CriticalDifferenceFigure.ToSvg(comparison)).Root!;

        var lines = root.Elements(Svg + "polyline")
            .Select(p => double.Parse(At(p, "points").Split(',')[0], CultureInfo.InvariantCulture))
            .ToArray();
        Assert.Equal(3, lines.Length);
        Assert.Equal(210, lines[0] - lines[1], 0.02); // ranks 1, 2, 3 on an axis of 420
        Assert.Equal(210, lines[1] - lines[2], 0.02);
        Assert.Empty(root.Elements(Svg + "circle")); // no bar
    }

    [Fact]
    public void A_bar_has_a_dot_for_each_member()
    {
        var comparison = MethodComparison.Of(Scores.Small(), ComparisonPreset.Demsar);
        var root = XDocument.Parse(CriticalDifferenceFigure.ToSvg(comparison)).Root!;

        Assert.Equal(
            [
                [0, 1, 2],
            ],
            comparison.Cliques
        );
        Assert.Equal(3, root.Elements(Svg + "circle").Count());
        Assert.Contains(root.Elements(Svg + "text"), t => t.Value == "CD = 1.657"); // 2.344 sqrt(3 * 4 / 24)
    }

    [Fact]
    public void Cells_of_the_matrix_are_blue_where_the_row_is_better()
    {
        var comparison = MethodComparison.Of(
            Scores.Of([
                [0.9, 0.5],
                [0.8, 0.4],
            ]),
            ComparisonPreset.Mcm
        );
        var cells = XDocument
            .Parse(ComparisonMatrixFigure.ToSvg(comparison))
            .Root!.Elements(Svg + "rect")
            .Skip(1)
            .Select(r => At(r, "fill"))
            .ToArray();

        Assert.Equal(["#f2f2f2", "#7aacde", "#eb8e7a", "#f2f2f2"], cells);
    }

    private static Dictionary<string, string> Draw(ScoreTable scores)
    {
        var comparison = MethodComparison.Of(scores, ComparisonPreset.CdDiagram);
        var sizes = ScoreTable.Of(
            "parameters",
            scores.Datasets.SelectMany(d => scores.Methods.Select((m, i) => new Score(d, m, 0, 100 * (i + 1)))),
            higherIsBetter: false
        );
        return new Dictionary<string, string>
        {
            ["critical difference"] = CriticalDifferenceFigure.ToSvg(comparison),
            ["matrix"] = ComparisonMatrixFigure.ToSvg(comparison),
            ["size"] = SizeFigure.ToSvg(SizeComparison.Of(scores, sizes)),
        };
    }

    private static string At(XElement element, string name) => element.Attribute(name)?.Value ?? "";

    private static double Number(XElement element, string name) =>
        element.Attribute(name) is { } a ? double.Parse(a.Value, CultureInfo.InvariantCulture) : 0;
}
