using System.Globalization;
using System.Text;

namespace MemKD.Training;

/// <summary>The course of a run as CSV: one row an update at which something was recorded, empty where it was not.</summary>
public static class TrainingHistory
{
    /// <summary>Columns; losses are means since the row before, the distillation term is without its weight.</summary>
    public const string Header =
        "update,cross_entropy,distillation,total,validation_auc_prc,validation_cross_entropy,selected";

    /// <summary>The whole text, lines end with LF.</summary>
    public static string ToCsv(TrainingResult result)
    {
        var culture = CultureInfo.InvariantCulture;
        var losses = result.Losses.ToDictionary(l => l.Update);
        var scores = result.Scores.ToDictionary(s => s.Update);
        var updates = new SortedSet<int>([.. losses.Keys, .. scores.Keys, result.SelectedUpdate]);
        var text = new StringBuilder(Header).Append('\n');
        foreach (var update in updates)
        {
            text.Append(update.ToString(culture));
            text.Append(
                losses.TryGetValue(update, out var loss)
                    ? string.Create(culture, $",{loss.CrossEntropy:G6},{loss.Distillation:G6},{loss.Total:G6}")
                    : ",,,"
            );
            text.Append(
                scores.TryGetValue(update, out var score)
                    ? string.Create(culture, $",{score.AucPrc:G6},{score.CrossEntropy:G6}")
                    : ",,"
            );
            text.Append(update == result.SelectedUpdate ? ",1\n" : ",0\n");
        }

        return text.ToString();
    }
}
