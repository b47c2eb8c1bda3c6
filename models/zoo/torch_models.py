"""Makes the zoo's models of PyTorch, with the Python whose packages are Debian's (python3-torch).

    python3 torch_models.py FOLDER

Each model gets a folder with model.onnx as torch.onnx.export writes it, and inputs.json; make.py adds onnxruntime's results.
They are trained for a few steps on numbers that are drawn here: what is compared is arithmetic, not skill.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore")

ROWS = 200
FEW = 20


class Recurrent(nn.Module):
    """A series of measurements, and one number."""

    def __init__(self, cell, columns=3, hidden=8, **options):
        super().__init__()
        self.cell = cell(columns, hidden, batch_first=True, **options)
        self.head = nn.Linear(hidden * (2 if options.get("bidirectional") else 1), 1)

    def forward(self, x):
        states, _ = self.cell(x)
        return torch.sigmoid(self.head(states[:, -1]))


class Attention(nn.Module):
    """A layer of a transformer over the steps of a series."""

    def __init__(self, steps=12, columns=3, width=16):
        super().__init__()
        self.into = nn.Linear(columns, width)
        self.place = nn.Parameter(torch.randn(1, steps, width) * 0.1)
        self.layer = nn.TransformerEncoderLayer(width, 2, 32, batch_first=True, dropout=0.1)
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        return torch.softmax(self.head(self.layer(self.into(x) + self.place).mean(1)), -1)


class Embedded(nn.Module):
    """Codes and numbers: two inputs."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(20, 4)
        self.head = nn.Sequential(nn.Linear(4 * 3 + 2, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, codes, values):
        return torch.sigmoid(self.head(torch.cat([self.table(codes).flatten(1), values], 1)))


class Residual(nn.Module):
    """A block of a residual network."""

    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x):
        return torch.relu(x + self.body(x))


def dense(*layers):
    return nn.Sequential(*layers)


def models():
    """Name, kind, module, inputs, and options of the export."""
    table = torch.randn(ROWS, 5)
    series = torch.randn(ROWS, 12, 3)
    long = torch.randn(FEW, 512, 1)
    # Pictures of 8 bits.
    grey = torch.randint(0, 256, (FEW, 1, 28, 28)) / 255
    colour = torch.randint(0, 256, (FEW, 3, 64, 64)) / 255
    large = torch.randint(0, 256, (2, 3, 512, 512)) / 255
    signal = torch.randn(ROWS, 1, 128)
    mlp = dense(nn.Linear(5, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 1), nn.Sigmoid())
    yield "torch-mlp", "neural network of PyTorch", mlp, [table], {}
    yield "torch-mlp-fixed-batch", "neural network of PyTorch", mlp, [table], {"batch": 1}
    yield "torch-mlp-opset-9", "neural network of PyTorch", mlp, [table], {"opset_version": 9}
    norm = dense(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.GELU(), nn.LayerNorm(16), nn.Linear(16, 3), nn.Softmax(-1))
    yield "torch-norms", "neural network of PyTorch", norm, [table], {}
    coder = dense(nn.Linear(5, 3), nn.Tanh(), nn.Linear(3, 5))
    yield "torch-autoencoder", "autoencoder", coder, [table], {}
    yield "torch-embedding", "embedding of codes", Embedded(), [torch.randint(0, 20, (ROWS, 3)), torch.randn(ROWS, 2)], {}
    yield "torch-rnn", "recurrent network", Recurrent(nn.RNN), [series], {}
    yield "torch-gru", "recurrent network", Recurrent(nn.GRU), [series], {}
    yield "torch-lstm", "recurrent network", Recurrent(nn.LSTM), [series], {}
    yield "torch-lstm-two-ways", "recurrent network", Recurrent(nn.LSTM, bidirectional=True), [series], {}
    yield "torch-gru-two-layers", "recurrent network", Recurrent(nn.GRU, num_layers=2), [series], {}
    yield "torch-gru-long-series", "recurrent network", Recurrent(nn.GRU, columns=1), [long], {}
    yield "torch-transformer", "transformer", Attention(), [series], {"opset_version": 14}
    waves = dense(
        nn.Conv1d(1, 8, 7, stride=2, padding=3), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(2),
        nn.Conv1d(8, 16, 5, dilation=2), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 4), nn.Softmax(-1),
    )
    yield "torch-conv-signal", "convolution over a signal", waves, [signal], {}
    lenet = dense(
        nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 12, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(12 * 25, 10), nn.Softmax(-1),
    )
    yield "torch-conv-grey", "convolution over a picture", lenet, [grey], {}
    residual = dense(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.ReLU(), Residual(8), nn.AvgPool2d(2), Residual(8),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2), nn.Softmax(-1),
    )
    yield "torch-residual-colour", "convolution over a picture", residual, [colour], {}
    mobile = dense(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.Hardswish(), nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.SiLU(),
        nn.Conv2d(8, 16, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 2), nn.Sigmoid(),
    )
    yield "torch-mobile-colour", "convolution over a picture", mobile, [colour], {}


    yield "torch-large-colour", "convolution over a picture", mobile, [large], {}


def train(module, inputs):
    """A few steps towards numbers that depend on the inputs, so that no layer is as it began."""
    module.train()
    optimiser = torch.optim.Adam(module.parameters(), 0.01)
    target = inputs[-1].float().flatten(1).mean(1, keepdim=True)
    for _ in range(5):
        optimiser.zero_grad()
        ((module(*inputs) - target) ** 2).mean().backward()
        optimiser.step()
    module.eval()


def export(folder, name, kind, module, inputs, batch=None, **options):
    train(module, inputs)
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    names = ["x"] if len(inputs) == 1 else ["codes", "values"]
    example = tuple(values[: batch or 2] for values in inputs)
    axes = {} if batch else {"dynamic_axes": {port: {0: "batch"} for port in [*names, "y"]}}
    torch.onnx.export(
        module, example, str(target / "model.onnx"), input_names=names, output_names=["y"], **axes, **options
    )
    made = {
        "kind": kind,
        "types": {port: str(values.numpy().dtype) for port, values in zip(names, inputs)},
        "inputs": {port: values.numpy().tolist() for port, values in zip(names, inputs)},
    }
    (target / "inputs.json").write_text(json.dumps(made))


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    made = 0
    for name, kind, module, inputs, options in models():
        export(folder, name, kind, module, inputs, **options)
        made += 1
    print(f"{made} made")


if __name__ == "__main__":
    main()
