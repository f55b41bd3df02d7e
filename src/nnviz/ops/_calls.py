"""Activations as PyTorch's calls, for what applies one: alone, to a map, to outputs."""

from __future__ import annotations


def activation_call(
    name: str,
    *,
    alpha: float | None = None,
    beta: float | None = None,
    axis: int = -1,
    approximate: str = "none",
) -> str:
    """The call; the defaults are those of `nnviz.core.activations`.

    >>> activation_call("leaky-relu"), activation_call("softmax")
    ('F.leaky_relu({x}, 0.01)', 'F.softmax({x}, dim=-1)')
    """
    slope, offset = 0.2 if alpha is None else alpha, 0.5 if beta is None else beta
    calls = {
        "relu": "F.relu({x})",
        "leaky-relu": f"F.leaky_relu({{x}}, {0.01 if alpha is None else alpha})",
        "elu": f"F.elu({{x}}, {1.0 if alpha is None else alpha})",
        "gelu": f'F.gelu({{x}}, approximate="{approximate}")',
        "sigmoid": "torch.sigmoid({x})",
        "hard-sigmoid": f"torch.clamp({slope} * {{x}} + {offset}, 0, 1)",
        "tanh": "torch.tanh({x})",
        "softmax": f"F.softmax({{x}}, dim={axis})",
    }
    return calls[name]
