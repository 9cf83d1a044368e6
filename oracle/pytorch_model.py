"""Model files between MemKD and PyTorch, both ways; run by PyTorchModelTests. Exit code 77: no torch here.

    python3 pytorch_model.py logits FOLDER  loads every *.safetensors of the folder that MemKD wrote into torch.nn modules
                                            (strict names) and prints their logits on the series of FOLDER/cases.json
    python3 pytorch_model.py save FOLDER    writes state_dicts of classifiers with other names as *.safetensors and prints
                                            their logits on some series
cases.json: {file: [case][channel][timepoint]}; printed: {file: {"cases": ..., "logits": [case][class]}}.
"""

import json
import pathlib
import struct
import sys

sys.dont_write_bytecode = True

try:
    import torch
except ImportError:
    sys.stderr.write("torch is missing")
    sys.exit(77)

import safetensors_read

KINDS = {"Lstm": torch.nn.LSTM, "Gru": torch.nn.GRU, "Rnn": torch.nn.RNN}


def part(state, prefix):
    return {name[len(prefix) :]: value for name, value in state.items() if name.startswith(prefix)}


def logits(rnn, head, mean, cases):
    """The state after the last time point (backward direction: after its first), or the mean over time."""
    rows = []
    with torch.no_grad():
        for case in cases:
            x = torch.tensor(case, dtype=torch.float32).T.unsqueeze(0)
            states, last = rnn(x)
            last = last[0] if isinstance(last, tuple) else last
            directions = 2 if rnn.bidirectional else 1
            features = states[0].mean(0) if mean else last[-directions:, 0].reshape(-1)
            rows.append(head(features).tolist())
    return rows


def load(folder):
    cases = json.loads((folder / "cases.json").read_text())
    result = {}
    for path in sorted(folder.glob("*.safetensors")):
        metadata, tensors = safetensors_read.read(path.read_bytes())
        shape = json.loads(metadata["memkd.architecture"])
        state = {
            name: torch.tensor(struct.unpack(f"<{len(raw) // 4}f", raw)).reshape(sizes)
            for name, dtype, sizes, raw in tensors
        }
        rnn = KINDS[shape["cell"]](
            shape["input_size"], shape["hidden_size"], shape["layer_count"], batch_first=True,
            bidirectional=shape["bidirectional"],
        )
        head = torch.nn.Linear(shape["hidden_size"] * (1 + shape["bidirectional"]), shape["class_count"])
        rnn.load_state_dict(part(state, "rnn."), strict=True)
        head.load_state_dict(part(state, "fc."), strict=True)
        result[path.stem] = {"logits": logits(rnn, head, shape["pooling"] == "Mean", cases[path.stem])}
    return result


def write(path, state):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in state.items():
        raw = struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist())
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def save(folder):
    torch.manual_seed(1)
    result = {}
    for name, kind, prefix, head_name, bidirectional, mean in [
        ("lstm", "Lstm", "lstm.", "classifier.", False, False),
        ("gru", "Gru", "encoder.gru.", "head.", False, False),
        ("rnn", "Rnn", "rnn.", "fc.", False, True),
        ("both", "Gru", "gru.", "classifier.", True, True),
        ("both_last", "Lstm", "lstm.", "out.linear.", True, False),
    ]:
        rnn = KINDS[kind](2, 5, 2, batch_first=True, bidirectional=bidirectional)
        head = torch.nn.Linear(10 if bidirectional else 5, 3)
        # As in a module whose linear layer is registered first, and in one where it comes last.
        parts = [{prefix + k: v for k, v in rnn.state_dict().items()}, {head_name + k: v for k, v in head.state_dict().items()}]
        first, second = reversed(parts) if name == "gru" else parts
        write(folder / f"{name}.safetensors", {**first, **second})
        cases = [torch.randn(2, length).tolist() for length in (1, 4, 9, 30)]
        result[name] = {"mean": mean, "cases": cases, "logits": logits(rnn, head, mean, cases)}
    return result


if __name__ == "__main__":
    json.dump({"logits": load, "save": save}[sys.argv[1]](pathlib.Path(sys.argv[2])), sys.stdout)
