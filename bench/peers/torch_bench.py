#!/usr/bin/env python3
"""PyTorch's side of the measurements; bench/MemKD.Bench/Measuring/Worker.cs says how it is talked to.

    torch_bench.py                      answers `prepare`, `run`, `memory`, `versions`
    torch_bench.py job THREADS UPDATES  the main job as one process
    torch_bench.py score SEED FOLDER    the job to a stated score

Series are held time point first, as torch.nn.LSTM likes them best; nothing loops over time in Python.
"""
import os
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 4
PAIRS = 100
GUARD = 1e-6
WEIGHT = 10
TARGET = 0.05
UPDATES_AN_EPOCH = 13
MOST_UPDATES = 2000


class Classifier(nn.Module):
    def __init__(self, cell, inputs, units, layers, classes=CLASSES):
        super().__init__()
        self.rnn = {"lstm": nn.LSTM, "gru": nn.GRU}[cell](inputs, units, layers)
        self.fc = nn.Linear(units, classes)

    def forward(self, x):
        """x [time, case, channel]: logits, and the hidden states [time, case, unit] of the last layer."""
        hidden = self.rnn(x)[0]
        return self.fc(hidden[-1]), hidden


def noise(timepoints, cases, inputs):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(timepoints, cases, inputs, generator=generator), torch.arange(cases) % CLASSES


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=1e-3)


def changes(hidden, start, end, size):
    """MemKD's r of pairs of time points, [pair, case]: change of the state over its size at the start."""
    return torch.linalg.vector_norm(hidden[end] - hidden[start], dim=2) / size[start]


def short_changes(hidden, size):
    """The same for neighbours."""
    return torch.linalg.vector_norm(hidden[1:] - hidden[:-1], dim=2) / size[:-1]


def sizes(hidden):
    return torch.linalg.vector_norm(hidden, dim=2).clamp(min=GUARD)


def draw_pairs(timepoints):
    """Ends of random pairs, uniform over all pairs."""
    a = torch.randint(timepoints, (PAIRS,))
    b = torch.randint(timepoints - 1, (PAIRS,))
    b += b >= a
    return torch.minimum(a, b), torch.maximum(a, b)


def mutual_changes(hidden):
    """r of all pairs of all cases, [start, end, case]: what a cached teacher has to say."""
    by_case = hidden.transpose(0, 1)
    return (torch.cdist(by_case, by_case) / sizes(hidden).T[:, :, None]).permute(1, 2, 0).contiguous()


class Student:
    """One step of a student: cross-entropy alone, or with MemKD."""

    def __init__(self, cell, inputs, units, layers, timepoints, batch, pool, data=None):
        self.x, self.labels = data or noise(timepoints, pool, inputs)
        self.model = Classifier(cell, inputs, units, layers, int(self.labels.max()) + 1)
        self.optimizer = adam(self.model)
        self.batch, self.pool, self.clip = batch, pool, None

    def loss(self, cases):
        return F.cross_entropy(self.model(self.x[:, cases])[0], self.labels[cases])

    def step(self, cases):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(cases)
        loss.backward()
        if self.clip:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.clip)
        self.optimizer.step()

    def run(self, repetitions):
        for _ in range(repetitions):
            self.step(torch.randint(self.pool, (self.batch,)))

    def epochs(self, updates):
        order = []
        for _ in range(updates):
            if len(order) < self.batch:
                order = torch.randperm(self.pool)
            cases, order = order[: self.batch], order[self.batch :]
            self.step(cases)


class Distilled(Student):
    def __init__(self, teacher, cached, *size, data=None):
        super().__init__(*size, data=data)
        self.teacher = teacher.eval()
        self.table = None
        if cached:
            with torch.no_grad():
                hidden = torch.cat([teacher(x)[1] for x in self.x.split(32, dim=1)], dim=1)
                self.table = mutual_changes(hidden)

    def teacher_changes(self, x, cases, start, end):
        timepoints = len(x)
        if self.table is not None:
            first = torch.arange(timepoints - 1)
            return self.table[first[:, None], first[:, None] + 1, cases], self.table[start[:, None], end[:, None], cases]
        with torch.no_grad():
            hidden = self.teacher(x)[1]
            size = sizes(hidden)
            return short_changes(hidden, size), changes(hidden, start, end, size)

    def loss(self, cases):
        x = self.x[:, cases]
        start, end = draw_pairs(len(x))
        short, long = self.teacher_changes(x, cases, start, end)
        logits, hidden = self.model(x)
        size = sizes(hidden)
        memory = F.smooth_l1_loss(short_changes(hidden, size), short) + F.smooth_l1_loss(
            changes(hidden, start, end, size), long
        )
        return F.cross_entropy(logits, self.labels[cases]) + WEIGHT * memory


def create(words):
    cell, *numbers = words[1:9]
    inputs, units, layers, timepoints, batch, threads, pool = map(int, numbers)
    torch.set_num_threads(threads)
    size = (cell, inputs, units, layers, timepoints, batch, pool)
    if words[0] == "train":
        return Student(*size)
    teacher = Classifier("lstm", inputs, int(words[9]), int(words[10]))
    return Distilled(teacher, words[11] == "cached", *size)


def job(threads, updates):
    torch.set_num_threads(threads)
    teacher = Student("lstm", 1, 100, 3, 100, 32, 400)
    teacher.clip = 1
    teacher.epochs(updates)
    student = Distilled(teacher.model, True, "lstm", 1, 8, 1, 100, 32, 400)
    student.clip = 1
    student.epochs(updates)


def read(path):
    """Series [time, case, 1] and class numbers of a file of tab-separated lines, the label first."""
    with open(path) as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    classes = sorted({row[0] for row in rows})
    x = torch.tensor([[float(value) for value in row[1:]] for row in rows])
    return x.T[:, :, None].contiguous(), torch.tensor([classes.index(row[0]) for row in rows])


def start_like_memkd(model, units):
    """Starting weights of docs/training.md: wide input weights, orthogonal recurrent ones, forget bias 1."""
    for name, values in model.rnn.named_parameters():
        if "weight_ih" in name:
            gain = 2 if name.endswith("l0") else 4
            nn.init.uniform_(values, -gain * (3 / values.shape[1]) ** 0.5, gain * (3 / values.shape[1]) ** 0.5)
        elif "weight_hh" in name:
            for gate in values.detach().split(units):
                nn.init.orthogonal_(gate)
        else:
            nn.init.zeros_(values)
            if "bias_ih" in name:
                nn.init.ones_(values.detach()[units : 2 * units])
    nn.init.uniform_(model.fc.weight, -(units**-0.5), units**-0.5)
    nn.init.uniform_(model.fc.bias, -(units**-0.5), units**-0.5)


def to_score(training, rate, units, validation):
    """Trains until the validation cross-entropy is low enough; the updates that it took."""
    start_like_memkd(training.model, units)
    training.optimizer = torch.optim.Adam(training.model.parameters(), lr=rate)
    training.clip = 1
    x, labels = validation
    for updates in range(UPDATES_AN_EPOCH, MOST_UPDATES, UPDATES_AN_EPOCH):
        training.epochs(UPDATES_AN_EPOCH)
        with torch.no_grad():
            if F.cross_entropy(training.model(x)[0], labels) <= TARGET:
                return updates
    sys.exit(f"{TARGET} was not reached in {MOST_UPDATES} updates.")


def score(seed, directory):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    train = read(os.path.join(directory, "train.tsv"))
    validation = read(os.path.join(directory, "validation.tsv"))
    teacher = Student("lstm", 1, 100, 3, len(train[0]), 32, len(train[1]), data=train)
    first = to_score(teacher, 0.003, 100, validation)
    student = Distilled(teacher.model, True, "lstm", 1, 8, 1, len(train[0]), 32, len(train[1]), data=train)
    print(first, to_score(student, 0.01, 8, validation))


def blas():
    """The library behind libblas.so.3, which this build of PyTorch calls."""
    with open("/proc/self/maps") as maps:
        names = {os.path.realpath(line.split()[-1]) for line in maps if "blas" in line}
    return ", ".join(sorted(names))


def main():
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    if sys.argv[1:2] == ["job"]:
        job(int(sys.argv[2]), int(sys.argv[3]))
        return
    if sys.argv[1:2] == ["score"]:
        score(int(sys.argv[2]), sys.argv[3])
        return
    work = None
    for line in sys.stdin:
        words = line.split()
        if words[0] == "prepare":
            work = None  # memory of the case before
            work = create(words[1:])
            print("ready")
        elif words[0] == "run":
            cpu, wall = time.process_time(), time.perf_counter()
            work.run(int(words[1]))
            print(time.process_time() - cpu, time.perf_counter() - wall)
        elif words[0] == "memory":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        else:
            print(f"{torch.__version__}, Python {sys.version.split()[0]}, {torch.get_num_threads()} thread(s), BLAS {blas()}")
        sys.stdout.flush()


main()
