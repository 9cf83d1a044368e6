"""Writes tests/MemKD.Tests/vectors/safetensors/: small safetensors files built with struct and json alone, after the
published format, and beside each the values that torch or numpy give for it as float32.

    python3 oracle/safetensors_vectors.py        (needs torch and numpy)

The three headers differ on purpose: padded and compact, unpadded with blanks, and data in another order than the header.
"""

import json
import pathlib
import struct

import numpy as np
import torch

OUT = pathlib.Path(__file__).parent.parent / "tests/MemKD.Tests/vectors/safetensors"


def f32(array):
    """float32 values as JSON numbers that parse back to the same bits; not-finite ones as text."""
    values = np.asarray(array, dtype=np.float32).ravel()
    return [float(v) if np.isfinite(v) else str(v) for v in values]


def write(name, tensors, layout, separators, padded):
    """tensors: (name, dtype, shape, bytes, expected float32 values or None) in header order; layout: order of the data."""
    begins, position = {}, 0
    for index in layout:
        begins[index] = position
        position += len(tensors[index][3])
    header = {"__metadata__": {"format": "pt", "torch": torch.__version__, "numpy": np.__version__}}
    for index, (key, dtype, shape, raw, _) in enumerate(tensors):
        offsets = [begins[index], begins[index] + len(raw)]
        header[key] = {"dtype": dtype, "shape": list(shape), "data_offsets": offsets}
    text = json.dumps(header, separators=separators, ensure_ascii=False).encode("utf-8")
    if padded:
        text += b" " * (-len(text) % 8)
    with open(OUT / f"{name}.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for index in layout:
            file.write(tensors[index][3])
    expected = {
        "metadata": header["__metadata__"],
        "tensors": [
            {"name": key, "dtype": dtype, "shape": list(shape), "values": values}
            for key, dtype, shape, _, values in tensors
        ],
    }
    with open(OUT / f"{name}.json", "w", encoding="utf-8", newline="\n") as file:
        json.dump(expected, file, ensure_ascii=False, indent=1)
        file.write("\n")


def network(kind):
    """state_dict of a torch recurrent layer (3 inputs, 4 hidden) and a linear layer of 2 classes, as rnn.* and fc.*."""
    torch.manual_seed(7)
    model = torch.nn.Module()
    model.rnn = kind(3, 4, batch_first=True)
    model.fc = torch.nn.Linear(4, 2)
    return [
        (name, "F32", tuple(t.shape), t.numpy().astype("<f4").tobytes(), f32(t.numpy()))
        for name, t in model.state_dict().items()
    ]


def dtypes():
    f64 = np.array([1 / 3, 1 + 2.0**-24, 1 + 3 * 2.0**-24, -1e-46, 1e39, -0.0, np.nan], dtype="<f8")
    f16 = np.array([1 / 3, 65504, 6e-8, -0.0, np.inf], dtype="<f2")
    bf16 = torch.tensor([1 / 3, 3.0e38, 1e-40, -2.5], dtype=torch.float32).to(torch.bfloat16)
    with np.errstate(over="ignore"):
        f64_as_f32 = f32(f64)
    return [
        ("f64", "F64", f64.shape, f64.tobytes(), f64_as_f32),
        ("f16", "F16", f16.shape, f16.tobytes(), f32(f16)),
        ("bf16", "BF16", (2, 2), bf16.view(torch.int16).numpy().astype("<i2").tobytes(), f32(bf16.float().numpy())),
        ("scalar", "F32", (), struct.pack("<f", 0.1), f32([0.1])),
        ("empty", "F32", (0, 3), b"", []),
        ("steps", "I64", (1,), struct.pack("<q", -5), None),
        ("mask", "BOOL", (3,), b"\1\0\1", None),
        ("größe \"q\"", "U8", (1,), b"\xff", None),
    ]


OUT.mkdir(parents=True, exist_ok=True)
lstm, gru, mixed = network(torch.nn.LSTM), network(torch.nn.GRU), dtypes()
write("lstm", lstm, range(len(lstm)), (",", ":"), padded=True)
write("gru", gru, range(len(gru)), (", ", ": "), padded=False)
write("dtypes", mixed, list(reversed(range(len(mixed)))), (",", ":"), padded=True)
