using System.Globalization;
using MemKD.Engine.Layers;
using MemKD.Runtime.Safetensors;
using MemKD.Series;

namespace MemKD.Models;

/// <summary>
/// A PyTorch LSTM, GRU or RNN classifier from a safetensors <c>state_dict</c>: one recurrent module under any prefix
/// (<c>lstm.weight_ih_l0</c>, …) and one linear layer (<c>fc.weight</c>, <c>head.weight</c>, …) on the last state. The
/// architecture is read off the shapes; class labels and preparation are not in such a file and must be given.
/// </summary>
public static class PyTorchCheckpoint
{
    private const string Anchor = "weight_ih_l0";

    /// <summary>Reads a checkpoint.</summary>
    /// <param name="path">The safetensors file.</param>
    /// <param name="classes">Class labels in the order of the outputs, or null for 0, 1, ….</param>
    /// <param name="preparation">How raw series become its input.</param>
    /// <param name="pooling">What its linear layer sees.</param>
    /// <exception cref="InputException">The tensors are not those of one recurrent module and one linear layer.</exception>
    public static RecurrentClassifier Read(
        string path,
        IReadOnlyList<string>? classes,
        Preparation preparation,
        Pooling pooling = Pooling.Last
    )
    {
        var file = SafetensorsFile.Read(path);
        var anchor =
            file.Tensors.FirstOrDefault(t => t.Name.EndsWith(Anchor, StringComparison.Ordinal))
            ?? throw new InputException(
                $"{file.Name}: no tensor ends with '{Anchor}'; save the state_dict of a model with one torch.nn.LSTM, GRU or RNN."
            );
        var prefix = anchor.Name[..^Anchor.Length];
        var recurrent = file.Tensor($"{prefix}weight_hh_l0");
        var heads = file
            .Tensors.Where(t => t.Name.EndsWith(".weight", StringComparison.Ordinal) && t.Shape.Count == 2)
            .ToArray();
        if (heads.Length != 1)
        {
            var found = heads.Length == 0 ? "no linear layer" : string.Join(", ", heads.Select(h => $"'{h.Name}'"));
            throw new InputException(
                $"{file.Name}: {found} where one linear layer ('….weight' with two dimensions) must stand beside '{prefix}*'; save a classifier with exactly one."
            );
        }

        var head = heads[0];
        if (anchor.Shape.Count != 2 || recurrent.Shape.Count != 2 || recurrent.Shape[1] == 0)
        {
            throw new InputException($"{file.Name}: '{anchor.Name}' and '{recurrent.Name}' must be matrices.");
        }

        var hidden = recurrent.Shape[1];
        var cell = (recurrent.Shape[0] / hidden) switch
        {
            4 => CellKind.Lstm,
            3 => CellKind.Gru,
            1 => CellKind.Rnn,
            var gates => throw new InputException(
                $"{file.Name}: '{recurrent.Name}' has {gates} blocks of {hidden} rows; an LSTM has 4, a GRU 3, an RNN 1."
            ),
        };
        var layers = 1;
        while (file.Contains($"{prefix}weight_ih_l{layers.ToString(CultureInfo.InvariantCulture)}"))
        {
            layers++;
        }

        var shape = new NetworkShape(
            cell,
            anchor.Shape[1],
            hidden,
            layers,
            head.Shape[0],
            file.Contains($"{prefix}{Anchor}_reverse"),
            pooling
        );
        var labels =
            classes ?? [.. Enumerable.Range(0, shape.ClassCount).Select(k => k.ToString(CultureInfo.InvariantCulture))];
        if (labels.Count != shape.ClassCount)
        {
            throw new InputException(
                $"{file.Name}: {labels.Count} class labels for {shape.ClassCount} outputs; give one label an output."
            );
        }

        if (labels.Distinct(StringComparer.Ordinal).Count() != labels.Count)
        {
            throw new InputException($"{file.Name}: a class label is given twice; give each output its own.");
        }

        if (preparation.InputSize != shape.InputSize)
        {
            throw new InputException(
                $"{file.Name}: the network takes {shape.InputSize} channels, the preparation gives {preparation.InputSize}; use data with the channels it was trained on."
            );
        }

        string NameOf(string name) =>
            name.StartsWith("rnn.", StringComparison.Ordinal)
                ? prefix + name["rnn.".Length..]
                : head.Name[..^"weight".Length] + name["fc.".Length..];
        var network = ModelFile.ReadNetwork(file, shape, NameOf);
        RefuseOtherTensors(file, [.. shape.Tensors().Select(t => NameOf(t.Name))]);
        return new RecurrentClassifier(network, labels, preparation, new ModelOrigin { Method = "pytorch" });
    }

    /// <summary>A tensor that is not read (a second layer of the head, a normalisation) would change the answers.</summary>
    private static void RefuseOtherTensors(SafetensorsFile file, HashSet<string> known)
    {
        if (file.Tensors.FirstOrDefault(t => !known.Contains(t.Name)) is { } other)
        {
            throw new InputException(
                $"{file.Name}: tensor {other.QuotedName} belongs to neither the recurrent module nor the linear layer; only torch.nn.LSTM, GRU or RNN with one torch.nn.Linear can be read."
            );
        }
    }
}
