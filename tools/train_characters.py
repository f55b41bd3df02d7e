"""Train a recurrent net to continue a rhyme, and write its weights into samples.

    python -m pip install torch safetensors
    python tools/train_characters.py

It sees one character at a time and learns which comes next, from every word of the rhyme on.
Its characters stand in the file beside the weights: `rnn --text` takes its one-hot vectors from
them.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

WEIGHTS = Path(__file__).parent.parent / "samples" / "characters.safetensors"
RHYME = (
    "peter piper picked a peck of pickled pepper did peter piper pick a peck of pickled pepper "
    "if peter piper picked a peck of pickled pepper wheres the peck of pickled pepper "
    "peter piper picked "
)
"""Peter Piper's Practical Principles of Plain and Perfect Pronunciation, J. Harris, London, 1813;
in small letters and without its marks. It begins again where it ends."""
ALPHABET = "".join(sorted(set(RHYME)))
HIDDEN, LENGTH, EPOCHS = 8, 40, 3000


def windows() -> torch.Tensor:
    """A row of characters (their places in the alphabet) from each word on: (words, LENGTH)."""
    codes = torch.tensor([ALPHABET.index(letter) for letter in RHYME])
    starts = [0, *(i + 1 for i, letter in enumerate(RHYME[:-1]) if letter == " ")]
    return torch.stack([codes.roll(-start)[:LENGTH] for start in starts])


def trained(rows: torch.Tensor) -> tuple[nn.RNN, nn.Linear]:
    """The cell and the layer of its outputs, which give the logits of each next character."""
    n = len(ALPHABET)
    cell, outputs = nn.RNN(n, HIDDEN, batch_first=True), nn.Linear(HIDDEN, n)
    parameters = [*cell.parameters(), *outputs.parameters()]
    optimizer = torch.optim.AdamW(parameters, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, EPOCHS)
    x, following = functional.one_hot(rows[:, :-1], n).float(), rows[:, 1:]
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        logits = outputs(cell(x)[0])
        functional.cross_entropy(logits.mT, following, label_smoothing=0.02).backward()
        nn.utils.clip_grad_norm_(parameters, 1)
        optimizer.step()
        schedule.step()
    for weights in parameters:
        weights.data.mul_(100).round_().div_(100)  # numbers that can be read
    return cell, outputs


def main() -> None:
    """Train, say how well the rhyme is continued, and write the weights."""
    torch.manual_seed(0)
    cell, outputs = trained(windows())
    codes = torch.tensor([ALPHABET.index(letter) for letter in RHYME])
    logits = outputs(cell(functional.one_hot(codes, len(ALPHABET)).float()[None])[0])[0, :-1]
    right = int((logits.argmax(1) == codes[1:]).sum())
    print(f"{right} of {len(RHYME) - 1} next characters")
    bias = cell.bias_ih_l0.data + cell.bias_hh_l0.data  # one, as in the textbook
    arrays = {"Wx": cell.weight_ih_l0.data, "Wh": cell.weight_hh_l0.data, "b": bias}
    arrays |= {"Wy": outputs.weight.data, "by": outputs.bias.data}
    save_file(arrays, WEIGHTS, {"alphabet": ALPHABET})


if __name__ == "__main__":
    main()
