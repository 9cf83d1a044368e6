using System.Text.Json;
using MemKD.Training;

namespace MemKD.Tests.Training;

public class RecipeJsonTests
{
    [Fact]
    public void A_recipe_is_one_line_with_every_setting_and_nothing_computed()
    {
        var text = RecipeJson.Write(Recipes.Authors(100));
        using var document = JsonDocument.Parse(text);
        string[] keys = [.. document.RootElement.EnumerateObject().Select(p => p.Name)];

        Assert.DoesNotContain('\n', text);
        Assert.Equal(typeof(TrainingRecipe).GetProperties().Count(p => p.CanWrite), keys.Length);
        Assert.Contains("\"optimizer\":\"Adam\"", text, StringComparison.Ordinal);
        Assert.Contains("\"milestones\":[25,30,35]", text, StringComparison.Ordinal);

        // 80 of 100 cases in batches of 32 are 3 updates an epoch; 500 epochs, patience 50.
        Assert.Contains("\"updates\":1500,", text, StringComparison.Ordinal);
        Assert.Contains("\"patience\":150", text, StringComparison.Ordinal);
        Assert.DoesNotContain("is_off", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_is_a_recipe_again()
    {
        var text = RecipeJson.Write(Recipes.Student with { Augmentation = new Augmentation { Jitter = 0.1 } });
        var again = JsonSerializer.Deserialize(text, RecipeJson.Default.TrainingRecipe)!;

        Assert.Equal(text, RecipeJson.Write(again));
        Assert.Equal(0.1, again.Augmentation.Jitter);
        Assert.NotEqual(text, RecipeJson.Write(Recipes.Teacher));
    }
}
