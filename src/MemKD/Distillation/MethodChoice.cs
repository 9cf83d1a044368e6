using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using MemKD.Distillation.Methods;
using MemKD.Engine.Layers;

namespace MemKD.Distillation;

/// <summary>
/// A method with its parameters, or a weighted sum of some: <c>memkd</c>, <c>memkd:pairs=50,short=0</c>,
/// <c>memkd+kd:weight=0.5,temperature=2</c>. λ is the first term's; the other terms stand to it as their own λ do, times
/// their <c>weight</c> (default 1): each term of a sum weighs what it weighs alone.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed class MethodChoice
{
    private const string WeightName = "weight";
    private readonly IReadOnlyList<Term> terms;

    private MethodChoice(IReadOnlyList<Term> terms) => this.terms = terms;

    /// <summary>The text that <see cref="Parse"/> reads: terms in their order, values that are not the default.</summary>
    public string Text => string.Join('+', terms.Select(t => t.Text));

    /// <summary>The same with every parameter written out, so that a changed default changes the text.</summary>
    public string FullText => string.Join('+', terms.Select(t => t.FullText));

    /// <summary>What each term is multiplied by, beside λ.</summary>
    public IReadOnlyList<double> Factors => [.. terms.Select(Factor)];

    /// <summary>Whether this is the student alone.</summary>
    public bool IsAlone => terms[0].Row.Create == null;

    /// <summary>What the method looks at.</summary>
    public MethodNeeds Needs => terms.Aggregate(MethodNeeds.Labels, (n, t) => n | t.Row.Needs);

    /// <summary>Values of λ to choose from: those of the first term.</summary>
    public IReadOnlyList<double> WeightGrid => terms[0].Row.WeightGrid;

    /// <summary>λ where nothing can be held out: that of the first term.</summary>
    public double UntunedWeight => terms[0].Row.UntunedWeight;

    /// <summary>Reads a method.</summary>
    /// <exception cref="InputException">An unknown method or parameter, or a value that cannot be.</exception>
    public static MethodChoice Parse(string text)
    {
        var sum = text.Split('+').Select(ParseTerm).ToList();
        return sum.Count > 1 && sum.Exists(t => t.Row.Create == null)
            ? throw new InputException($"'{text}': none is the student alone and has no sum; leave it out.")
            : new MethodChoice(sum);
    }

    /// <summary>Makes the method for a pair.</summary>
    /// <param name="teacher">The teacher's states on the cases that are learnt from.</param>
    /// <param name="student">The student's network.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="team">The threads of the run.</param>
    public IDistillationMethod Create(
        TeacherStates teacher,
        RecurrentNetwork student,
        ulong seed,
        Engine.WorkerTeam team
    )
    {
        IDistillationMethod Make(Term t) => t.Row.Create!(new MethodContext(teacher, student, t.Values, seed, team));
        return terms is [{ Weight: 1 }]
            ? Make(terms[0])
            : new WeightedSum([.. terms.Select(t => (Factor(t), Make(t)))]);
    }

    private double Factor(Term term) =>
        term.Row == terms[0].Row ? term.Weight : term.Weight * term.Row.UntunedWeight / UntunedWeight;

    /// <summary>Checks that the method can be used with a student.</summary>
    /// <exception cref="InputException">It cannot; the message says why.</exception>
    public void Require(NetworkShape student)
    {
        foreach (var term in terms)
        {
            if (term.Row.Refusal(student, term.Values) is { } reason)
            {
                throw new InputException($"{term.Row.Id}: {reason}");
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static Term ParseTerm(string text)
    {
        var (id, rest) = text.Split(':', 2) is [var name, var values] ? (name, values) : (text, null);
        var row =
            DistillationMethods.All.FirstOrDefault(r => string.Equals(r.Id, id, StringComparison.Ordinal))
            ?? throw new InputException(
                $"method '{id}' is not known; {Hint(id, DistillationMethods.All.Select(r => r.Id))}"
            );
        var weight = 1.0;
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in rest?.Split(',') ?? [])
        {
            var (key, value) = part.Split('=', 2) is [var k, var v] ? (k, v) : (part, "");
            if (string.Equals(key, WeightName, StringComparison.Ordinal))
            {
                weight = double.Parse(WeightParameter.Read(id, value), CultureInfo.InvariantCulture);
                continue;
            }

            var parameter =
                row.Parameters.FirstOrDefault(p => string.Equals(p.Name, key, StringComparison.Ordinal))
                ?? throw new InputException(
                    $"{id} has no parameter '{key}'; {Hint(key, row.Parameters.Select(p => p.Name).Append(WeightName))}"
                );
            given[key] = parameter.Read(id, value);
        }

        return new Term(row, weight, new MethodValues(row.Parameters, given));
    }

    private static string Hint(string text, IEnumerable<string> names) =>
        NearestName.Of(text, names) is { } nearest ? $"did you mean {nearest}?" : $"use {string.Join(", ", names)}.";

    private static readonly MethodParameter WeightParameter = MethodParameter.Real(WeightName, 1, "weight in a sum");

    private sealed record Term(DistillationMethodRow Row, double Weight, MethodValues Values)
    {
        public string FullText =>
            Row.Create == null
                ? Row.Id
                : $"{Row.Id}:{string.Join(',', Values.All().Prepend($"{WeightName}={MethodValues.Text(Weight)}"))}";

        public string Text
        {
            get
            {
                var changed = Values.Changed();
                if (!Weight.Equals(1.0))
                {
                    changed = changed.Prepend($"{WeightName}={MethodValues.Text(Weight)}");
                }

                var list = string.Join(',', changed);
                return list.Length == 0 ? Row.Id : $"{Row.Id}:{list}";
            }
        }
    }

    internal sealed class Converter : JsonConverter<MethodChoice>
    {
        public override MethodChoice Read(
            ref Utf8JsonReader reader,
            Type typeToConvert,
            JsonSerializerOptions options
        ) => Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, MethodChoice value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Text);
    }
}
