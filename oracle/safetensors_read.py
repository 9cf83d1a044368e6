"""Reads safetensors files without any library and checks every rule of docs/formats/safetensors.md; a second, separately
written judge for MemKD's reader and writer. Standard library only.

    python3 safetensors_read.py FILE             prints metadata and tensors as JSON; exit 1 with the reason if refused
    python3 safetensors_read.py --verdicts FILE  FILE holds many inputs, each after its length (u32 LE);
                                                 prints one line for each: "ok", or "no" and the reason
"""

import json
import struct
import sys

SIZES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
}
MAX_FILE, MAX_HEADER, MAX_TENSORS, MAX_METADATA, MAX_DIMENSIONS = 1 << 30, 100_000_000, 10_000, 1_000, 32


class Refused(Exception):
    pass


def need(condition, reason):
    if not condition:
        raise Refused(reason)


def unique(pairs):
    result = dict(pairs)
    need(len(result) == len(pairs), "a key twice")
    return result


def whole(text):
    need(not text.startswith("-"), "negative number")
    return int(text)


def not_whole(text):
    raise Refused(f"number {text[:20]}")


def fold(name):
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in name)


def numbers(value, most):
    need(type(value) is list and len(value) <= most, "not an array, or too long")
    need(all(type(n) is int for n in value), "not whole numbers")
    return value


def texts(value):
    """Every string in the header must be expressible in UTF-8 (no half of a surrogate pair)."""
    if type(value) is str:
        value.encode("utf-8")
    elif type(value) is list:
        for item in value:
            texts(item)
    elif type(value) is dict:
        for key, item in value.items():
            texts(key)
            texts(item)


def read(raw):
    need(len(raw) > 8, "too short")
    need(len(raw) <= MAX_FILE, "too long")
    (n,) = struct.unpack_from("<Q", raw)
    need(n <= len(raw) - 8 and n <= MAX_HEADER, "header length")
    head, data = raw[8 : 8 + n], raw[8 + n :]
    need(head[:1] == b"{", "does not start with a brace")
    try:
        header = json.loads(
            head.decode("utf-8"), object_pairs_hook=unique, parse_int=whole, parse_float=not_whole,
            parse_constant=not_whole,
        )
        texts(header)
    except (ValueError, RecursionError) as error:
        raise Refused(f"JSON: {error}") from error
    metadata = header.pop("__metadata__", {})
    need(type(metadata) is dict and all(type(v) is str for v in metadata.values()), "metadata is not text to text")
    need(len(metadata) <= MAX_METADATA and len(header) <= MAX_TENSORS, "too many entries")
    need(len({fold(name) for name in [*header, "__metadata__"]}) == len(header) + 1, "names that differ only in case")
    tensors = []
    for name, entry in header.items():
        need(type(entry) is dict and set(entry) == {"dtype", "shape", "data_offsets"}, "keys of an entry")
        need(type(entry["dtype"]) is str and entry["dtype"] in SIZES, "dtype")
        size = SIZES[entry["dtype"]]
        for d in numbers(entry["shape"], MAX_DIMENSIONS):
            need(d < 2**31, "huge dimension")
            size *= d
        need(len(numbers(entry["data_offsets"], 2)) == 2, "two offsets")
        begin, end = entry["data_offsets"]
        need(begin <= end <= len(data), "offsets outside the data")
        need(end - begin == size, "shape and offsets disagree")
        tensors.append((name, entry["dtype"], entry["shape"], begin, end))
    position = 0
    for _, _, _, begin, end in sorted(tensors, key=lambda t: (t[3], t[4])):
        need(begin == position, "hole or overlap")
        position = end
    need(position == len(data), "bytes that belong to no tensor")
    return metadata, [(name, dtype, shape, data[begin:end]) for name, dtype, shape, begin, end in tensors]


def values(dtype, raw):
    if dtype != "F32":
        return raw.hex()
    return [v if v - v == 0 else str(v) for v in struct.unpack(f"<{len(raw) // 4}f", raw)]


def verdicts(path):
    with open(path, "rb") as file:
        while length := file.read(4):
            try:
                read(file.read(struct.unpack("<I", length)[0]))
                print("ok")
            except Refused as refused:
                print("no", str(refused).splitlines()[0].encode("ascii", "replace").decode())


def show(path):
    with open(path, "rb") as file:
        raw = file.read()
    try:
        metadata, tensors = read(raw)
    except Refused as refused:
        sys.exit(f"{path}: {refused}")
    aligned = struct.unpack_from("<Q", raw)[0] % 8 == 0
    rows = [{"name": n, "dtype": d, "shape": s, "values": values(d, r)} for n, d, s, r in tensors]
    json.dump({"aligned": aligned, "metadata": metadata, "tensors": rows}, sys.stdout)


if __name__ == "__main__":
    if sys.argv[1] == "--verdicts":
        verdicts(sys.argv[2])
    else:
        show(sys.argv[1])
