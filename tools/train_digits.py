"""Train the network of samples/digits.net, and write its weights beside it.

    python -m pip install torch scikit-learn safetensors
    python tools/train_digits.py

It learns from four fifths of scikit-learn's handwritten digits (Alpaydin and Kaynak, UCI, 1998:
1,797 images of 8×8 cells from 0 to 16), moved, turned and resized at random so that the digits
of MNIST, which leave a margin, are read too. What is said of it in samples/README.md is printed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn
from torch.nn import functional

WEIGHTS = Path(__file__).parent.parent / "samples" / "digits.safetensors"
EPOCHS, BATCH, RATE = 200, 64, 5e-3
LEARNING = {"c1": 0, "c3": 3, "f5": 6, "f6": 8, "f7": 10}
"""The layers that learn: their names in samples/digits.net, and where they stand here."""


def split() -> Any:
    """Images to learn from and held out (N, 1, 8, 8, from 0 to 1), and their digits."""
    x, digits = load_digits(return_X_y=True)
    x = torch.tensor(x.reshape(-1, 1, 8, 8) / 16, dtype=torch.float32)
    return train_test_split(x, torch.tensor(digits), test_size=0.2, random_state=0, stratify=digits)


def network() -> nn.Sequential:
    """The layers of samples/digits.net, from the scaled 8×8 image to the ten logits."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 3, padding=1), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
    )


def moved(x: torch.Tensor) -> torch.Tensor:
    """Each image smaller, turned or slanted, shifted, brighter or darker, by chance."""
    n = len(x)

    def between(low: float, high: float) -> torch.Tensor:
        return torch.empty(n).uniform_(low, high)

    size = between(0.65, 1)
    wide, high = size * between(0.9, 1.1), size * between(0.9, 1.1)
    free = 1.05 - size  # how far it may move: what is cut off cannot be read
    rows = [  # where each output cell is read: the inverse of what is done to the image
        torch.stack([1 / wide, between(-0.2, 0.2), free * between(-1, 1)], 1),
        torch.stack([between(-0.2, 0.2), 1 / high, free * between(-1, 1)], 1),
    ]
    # Twice as fine, then halved: a cell of a smaller digit is a mean, not one sample.
    grid = functional.affine_grid(torch.stack(rows, 1), [n, 1, 16, 16], align_corners=False)
    made = functional.avg_pool2d(functional.grid_sample(x, grid, align_corners=False), 2)
    return (made * between(0.6, 1.4).reshape(n, 1, 1, 1)).clamp(0, 1)


def trained(x: torch.Tensor, digits: torch.Tensor) -> nn.Sequential:
    """A network that has seen every image twice an epoch: as it is, and moved."""
    net = network()
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.02)
    steps = EPOCHS * -(-len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            seen, answers = torch.cat([x[batch], moved(x[batch])]), digits[batch].repeat(2)
            loss = functional.cross_entropy(net(seen), answers, label_smoothing=0.05)
            loss.backward()
            optimizer.step()
            schedule.step()
    for weights in net.parameters():
        weights.data.mul_(10_000).round_().div_(10_000)  # numbers that can be read
    return net


def main() -> None:
    """Train, say how many held-out digits are read, and write the weights."""
    torch.manual_seed(0)
    x, held_out, digits, answers = split()
    net = trained(x, digits)
    right = int((net(held_out).argmax(1) == answers).sum())
    print(f"{right} of {len(answers)} held-out images, {right / len(answers):.1%}")
    arrays: dict[str, torch.Tensor] = {}
    for name, at in LEARNING.items():
        kind = "kernel" if isinstance(net[at], nn.Conv2d) else "weight"
        arrays |= {f"{name}.{kind}": net[at].weight.data, f"{name}.bias": net[at].bias.data}
    save_file(arrays, WEIGHTS)


if __name__ == "__main__":
    main()
