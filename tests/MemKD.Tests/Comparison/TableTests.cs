using MemKD.Comparison;
using MemKD.Comparison.Tables;

namespace MemKD.Tests.Comparison;

public class TableTests
{
    private static readonly ReportTable Table = new(
        "a & b_c",
        ["data set", "m_1", "50% <x>"],
        [
            [new("A|B"), TableCell.Of(0.5, "F4"), new("0.7000 ± 0.0100", "0.7", IsBest: true)],
            [new("C, \"d\""), TableCell.Of(1 / 3.0, "F4", isBest: true), TableCell.Of(double.NaN, "F4")],
        ],
        ["first_note."]
    );

    [Fact]
    public void As_text_columns_stand_under_each_other_and_a_star_marks_the_best() =>
        Assert.Equal(
            """
            a & b_c

            data set      m_1            50% <x>
            A|B        0.5000    0.7000 ± 0.0100*
            C, "d"     0.3333*                 -

            * best

            first_note.

            """,
            TextRenderer.Render(Table)
        );

    [Fact]
    public void As_CSV_numbers_have_all_their_digits() =>
        Assert.Equal(
            "data set,m_1,50% <x>\nA|B,0.5,0.7\n\"C, \"\"d\"\"\",0.3333333333333333,\n",
            CsvRenderer.Render(Table)
        );

    [Fact]
    public void As_Markdown_the_best_is_bold_and_markup_is_escaped() =>
        Assert.Equal(
            """
            ### a & b\_c

            | data set | m\_1 | 50% \<x\> |
            | --- | ---: | ---: |
            | A\|B | 0.5000 | **0.7000 ± 0.0100** |
            | C, "d" | **0.3333** | - |

            - first\_note.

            """,
            MarkdownRenderer.Render(Table)
        );

    [Fact]
    public void As_LaTeX_the_best_is_bold_and_special_characters_are_escaped() =>
        Assert.Equal(
            """
            % a & b_c
            % first_note.
            \begin{tabular}{lrr}
            \toprule
            data set & m\_1 & 50\% $<$x$>$ \\
            \midrule
            A|B & 0.5000 & \textbf{0.7000 $\pm$ 0.0100} \\
            C, "d" & \textbf{0.3333} & - \\
            \bottomrule
            \end{tabular}

            """,
            LatexRenderer.Render(Table)
        );

    [Fact]
    public void The_table_per_data_set_has_means_spreads_and_summaries_worked_by_hand() =>
        Assert.Equal(
            """
            accuracy on each data set

            data set               student_a               alone    R&D <x>
            alpha           0.9200 ± 0.0200*   0.8200 ± 0.0200    0.7000
            beta            0.8000 ± 0.0000    0.8000 ± 0.0100    0.9000*
            delta           0.9600 ± 0.0000*   0.9500 ± 0.0000    0.9500
            gamma           0.7200 ± 0.0100*   0.6500 ± 0.0500    0.5000
            mean of 4                0.8500*            0.8050    0.7625
            average rank             1.3750*            2.2500    2.3750

            * best

            Mean over the repetitions, ± their standard deviation (n - 1).
            The last rows are over the data sets on which every method has a score.
            Repetitions behind a mean: student_a 3, alone 3, R&D <x> 1.

            """.Split('\n').Select(Squeeze),
            TextRenderer.Render(ComparisonTables.PerSet(Scores.Small())).Split('\n').Select(Squeeze)
        );

    [Fact]
    public void Every_table_of_a_comparison_carries_the_exact_test()
    {
        foreach (var preset in ComparisonPreset.All)
        {
            var comparison = MethodComparison.Of(Scores.Small(), preset);
            foreach (
                var table in (ReportTable[])
                    [
                        ComparisonTables.RanksOf(comparison),
                        ComparisonTables.WinTieLoss(comparison),
                        ComparisonTables.Matrix(comparison),
                    ]
            )
            {
                Assert.Contains(table.Notes, n => n.Contains($"Preset {preset.Name} (", StringComparison.Ordinal));
                Assert.Contains(table.Notes, n => n.StartsWith("Pairs: ", StringComparison.Ordinal));
                Assert.All(table.Rows, row => Assert.Equal(table.Header.Count, row.Length));
            }
        }
    }

    [Fact]
    public void Numbers_of_programs_read_back_as_they_were()
    {
        var gains = GainsOverControl.Of(Scores.Small(), "alone");
        var cells = CsvRenderer.Render(ComparisonTables.Gains(gains)).Split('\n')[1].Split(',');

        Assert.Equal("student_a", cells[0]);
        Assert.Equal(gains.Gains[0].Pair.MeanGain, double.Parse(cells[1], null));
        Assert.Equal(gains.Gains[0].AdjustedPValue, double.Parse(cells[7], null));
        Assert.Equal(13, CsvRenderer.Render(ComparisonTables.Cells(Scores.Small())).Split('\n').Length - 1); // header and 4 x 3
        Assert.Equal(4, ComparisonTables.GainsPerSet(gains).Rows.Count);
    }

    /// <summary>Widths are the business of the first test: here the words of each line.</summary>
    private static string Squeeze(string line) =>
        string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
