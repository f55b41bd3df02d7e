"""Commands that `-f torch` writes as scripts: every option that a PyTorch call may have to say."""

from __future__ import annotations

A = '"1 2 3 4; 5 6 7 8; 9 1 2 3; 4 5 6 7"'
B = '"1 -2 3 4.5 0; 5 6 -7 8 1; 9 1 2 3 2; -4 5 6 7 3; 2 8 1 0 4"'
C = '"[[[1,2,3],[4,5,6],[7,8,9]],[[9,8,7],[6,5,4],[3,2,1]]]"'
N = '"[[[[1,2,3],[4,5,6],[7,8,9]]],[[[9,8,7],[6,5,4],[3,2,1]]]]"'
V = '"1 -2 3 4 5 6 7"'
D = '"[[[1,2,3],[4,5,6],[7,8,9]],[[9,8,7],[6,5,4],[3,2,1]],[[1,0,1],[2,1,0],[0,3,1]]]" --dims 3'
S = '"1 0; 0 1; 1 1; 2 -1"'
K = '-k "1 2; 3 4"'

CONV = [
    f"conv {A}",
    f"conv {A} -k box --stride 2",
    f"conv {A} {K} --pad 1 --bias 3",
    f"conv {A} {K} --pad 1,0,2,1",
    f"conv {A} {K} --pad same",
    f"conv {A} {K} --pad full --stride 2x1",
    f"conv {A} {K} --dilation 2x1",
    f"conv {A} {K} --pad 1 --pad-mode reflect",
    f"conv {A} {K} --pad 1,2,0,1 --pad-mode replicate",
    f"conv {A} {K} --pad 2 --pad-mode circular",
    f'conv {A} -k "1 2 1"',
    f"conv {A} --filters 3 --size 2",
    f"conv {A} --filters 2 --act softmax",
    f"conv {A} -k edge --act hard-sigmoid",
    f"conv {C} {K}",
    f"conv {C} {K} --depthwise --pad 1 --pad-mode reflect",
    f'conv {C} -k "[[[1,2],[3,4]],[[0,1],[1,0]]]"',
    f"conv {C} --filters 4 --size 2 --groups 2",
    f"conv {N} --filters 2 --size 2 --act relu",
    f"conv {N} {K} --pad 1,0,0,1 --pad-mode circular",
    f'conv {V} -k "1 0 -1"',
    f'conv {V} -k "1 0 -1" --pad 2,1 --pad-mode reflect --stride 2',
    f"conv {V} --filters 2 --size 2 --act gelu",
    f"conv {D} --size 2",
    f"conv {D} --size 2 --filters 2 --pad 1 --pad-mode replicate",
    f"conv {D} --size 2 --pad 1,0,0,1,1,1",
]
TRANSPOSED = [
    f"conv {A} {K} --transpose",
    f"conv {A} {K} --transpose --stride 2 --pad 1 --output-pad 1 --bias 2",
    f"conv {A} {K} --transpose --stride 2 --pad 1,0,0,1 --bias 2",
    f"conv {A} {K} --transpose --stride 3 --output-shape 14x13 --bias 1",
    f"conv {A} {K} --transpose --stride 2 --pad same",
    f"conv {C} --transpose --filters 2 --groups 2 --size 2 --dilation 2",
    f"conv {C} --transpose --filters 2 --size 2 --stride 2 --output-shape 9x9",
    f"conv {N} --transpose --filters 2 --size 3 --pad 1",
    f'conv {V} --transpose -k "1 2 3" --stride 2 --act tanh',
    f"conv {D} --transpose --size 2 --stride 2",
]
POOL = [
    *(f"pool {B} --kind {kind} -k 2" for kind in ("max", "avg", "lp")),
    *(f"pool {B} --kind {kind} -k 2x3 --stride 1" for kind in ("max", "avg", "lp")),
    *(f"pool {B} --kind {kind} -k 3 --pad 1 --stride 2" for kind in ("max", "avg", "lp")),
    *(f"pool {B} --kind {kind} -k 3 --pad 2,0,1,1" for kind in ("max", "avg", "lp")),
    *(f"pool {B} --kind {kind} -k 2 --dilation 2 --stride 1" for kind in ("max", "avg", "lp")),
    *(f"pool {B} --kind {kind} -k 2 --ceil" for kind in ("max", "avg", "lp")),
    *(f"pool {B} --kind {kind} -k 3 --pad 1,0,0,2 --ceil" for kind in ("max", "avg", "lp")),
    *(f"pool {B} --kind {kind} --adaptive 2x3" for kind in ("max", "avg", "lp")),
    *(f"pool {C} --kind {kind} --global" for kind in ("max", "avg", "lp")),
    *(f"pool {N} --kind {kind} -k 2 --pad 1" for kind in ("max", "avg", "lp")),
    *(f"pool {V} --kind {kind} -k 3 --stride 2" for kind in ("max", "avg", "lp")),
    *(f"pool {D} --kind {kind} -k 2 --ceil" for kind in ("max", "avg", "lp")),
    f"pool {B} --kind avg -k 3 --pad 1 --no-count-include-pad",
    f"pool {B} --kind avg -k 3 --pad 2,0,1,1 --no-count-include-pad",
    f"pool {B} --kind lp -k 3 --p 3",
    f"pool {B} --kind lp -k 2 --p 2.5 --stride 1",
    f"pool {B} --kind avg -k 3 --pad same --like tf",
    f"pool {B} --kind max -k 2 --like onnx",
    f"pool {V} --kind avg --adaptive 3",
]
ACTIVATIONS = "relu leaky-relu elu gelu sigmoid hard-sigmoid tanh softmax"
ACT = [
    *(f"act {name} {B}" for name in ACTIVATIONS.split(" ")),
    f"act leaky-relu {B} --alpha 0.3",
    f"act elu {B} --alpha 2",
    f"act gelu {B} --approximate tanh",
    f"act hard-sigmoid {B} --alpha 0.1 --beta 0.4",
    f"act softmax {C} --axis 0",
]
DENSE = [
    f'dense "1 2 3" {w}'
    for w in ('--weight "1 0 -1; 2 1 0" --bias "1 -1"', "--units 2", '--weight "1 2 3"')
] + [
    f'dense {S} --weight "1 2; 3 4; 5 6" --bias "1; 2; 3; 4"',
    f"flatten {C}",
    f"flatten {C} --axis 1",
    f"flatten {C} --axis -1",
]
RNN = [
    *(f"rnn {S} --cell {cell} --hidden 3" for cell in ("rnn", "lstm", "gru")),
    *(f"rnn {S} --cell {cell} --hidden 2 --no-bias" for cell in ("rnn", "lstm", "gru")),
    *(
        f"rnn {S} --cell {cell} --hidden 2 --outputs 3 --mode many-to-one --out-act softmax"
        for cell in ("rnn", "lstm", "gru")
    ),
    *(
        f"rnn {S} --cell {cell} --hidden 2 --outputs 2 --mode one-to-many --length 3 --feedback"
        for cell in ("rnn", "lstm", "gru")
    ),
    f"rnn {S} --cell rnn --hidden 2 --act relu --mode one-to-many",
    f'rnn {S} --cell lstm --hidden 2 --h0 "1 2" --c0 "3 -1" --outputs 1 --out-act sigmoid',
    f"rnn {S} --cell gru --hidden 2 --no-linear-before-reset --outputs 1",
    f"rnn {S} --cell gru --hidden 2 --no-linear-before-reset --no-bias",
    "rnn --text hello --hidden 3 --outputs 4",
]
LAYERS = [
    f"norm batch {A} --gamma 2 --eps 0.1",
    f'norm batch {C} --mean "1 2" --var "3 4" --beta "1 -1"',
    f"norm batch {N} --train",
    'norm batch "1 2 3" --mean 1',
    f"norm layer {C}",
    f"norm layer {C} --axis 1",
    f"norm group {C} --groups 2",
    f"norm group {N} --groups 1 --gamma 3",
    f"upsample nearest {C} --by 2x3",
    f"upsample bilinear {N} --by 3",
    f"upsample bilinear {A}",
    f"dropout 0.25 {C}",
    f"dropout 0.25 {C} --train --seed 3 --by-channel",
    'embed "2 0 1" --count 3 --units 2',
    f"rnn {S} --cell lstm --hidden 2 --layers 2 --bidirectional --outputs 1",
]
NET = [
    f'net "conv --filters 2 --size 2 | relu | pool -k 2 | flatten | dense --units 3" {B}',
    f'net "conv -k edge --pad 1 | act softmax --axis 0 | flatten" {B}',
    f'net "rnn --hidden 3 | rnn --cell gru --hidden 2 --mode many-to-one | dense --units 2" {S}',
    f'net "conv --filters 2 --size 2 | pool -k 2 --kind avg | flatten" {N}',
    'net "rnn --hidden 2 --outputs 2 --mode one-to-many --feedback | linear --units 1" "1 2; 3 4"',
]
ALL = [*CONV, *TRANSPOSED, *POOL, *ACT, *DENSE, *RNN, *LAYERS, *NET]
