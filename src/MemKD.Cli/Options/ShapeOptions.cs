using System.CommandLine;
using MemKD.Engine.Layers;
using MemKD.Models;

namespace MemKD.Cli.Options;

/// <summary>Changes to an architecture; what is not given stays.</summary>
internal sealed class ShapeOptions
{
    private readonly Option<string?> cell = ChoiceOption.Of("--cell", "Recurrent cell", "lstm", "gru", "rnn");
    private readonly Option<long?> hidden = NumberOption.Whole("--hidden", "Hidden units of a layer", 1, 4096);
    private readonly Option<long?> layers = NumberOption.Whole("--layers", "Stacked layers", 1, 64);
    private readonly Option<string?> pooling = ChoiceOption.Of(
        "--pooling",
        "What the linear layer sees: the last state or the mean over time",
        "last",
        "mean"
    );
    private readonly Option<bool?> bidirectional = new("--bidirectional")
    {
        Description = "Read series backwards too, true or false (true: the model cannot run on a stream)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>Adds them to a verb.</summary>
    public ShapeOptions(Command verb, bool withBidirectional)
    {
        verb.Add(cell);
        verb.Add(hidden);
        verb.Add(layers);
        verb.Add(pooling);
        if (withBidirectional)
        {
            verb.Add(bidirectional);
        }
    }

    /// <summary>Whether the hidden size was named.</summary>
    public bool HasHidden(ParseResult parsed) => parsed.GetValue(hidden) is not null;

    /// <summary>A shape with the changes.</summary>
    /// <exception cref="InputException">More parameters than a model may have.</exception>
    public NetworkShape Apply(NetworkShape shape, ParseResult parsed)
    {
        var changed = shape with
        {
            Cell = parsed.GetValue(cell) switch
            {
                null => shape.Cell,
                "gru" => CellKind.Gru,
                "rnn" => CellKind.Rnn,
                _ => CellKind.Lstm,
            },
            HiddenSize = (int?)parsed.GetValue(hidden) ?? shape.HiddenSize,
            LayerCount = (int?)parsed.GetValue(layers) ?? shape.LayerCount,
            Pooling = parsed.GetValue(pooling) switch
            {
                null => shape.Pooling,
                "mean" => Pooling.Mean,
                _ => Pooling.Last,
            },
            Bidirectional = parsed.GetValue(bidirectional) ?? shape.Bidirectional,
        };
        var parameters = changed.Tensors().Sum(t => t.Shape.Aggregate(1L, (a, b) => a * b));
        return parameters <= ModelFile.MaxParameters
            ? changed
            : throw new InputException(
                $"such a network has {parameters} parameters, the limit is {ModelFile.MaxParameters}; choose fewer --hidden or --layers."
            );
    }
}
