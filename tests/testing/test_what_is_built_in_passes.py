"""No false alarms: everything that is registered here passes the checks that plugins get."""

import click
import numpy as np
import pytest

import tensorlite as tl
from tensorlite import augment, nn
from tensorlite.cli.app import LINES, cli
from tensorlite.testing import check_command, check_entry

WORDS = np.array([[1, 0, 2], [3, 3, 1]])
PAIR = [(2, 3), (2, 3)]
TWO = [augment.HorizontalFlip(), augment.RandomRotation()]
TINY = {"d_model": 4, "nhead": 2, "dim_feedforward": 6}


def pooled(dims):
    """What a max pooling gives: the largest, and where they were."""
    pool = getattr(tl.ops, f"max_pool{dims}d")
    x = tl.tensor(np.random.default_rng(0).random((2, 3, *[4] * dims)))
    return [y.array for y in pool(x, 2, return_indices=True)]


# What a check must be told where no usual argument or input fits.
LAYERS = {
    "bilinear": {
        "inputs": [(2, 3), (2, 4)],
        "options": {"in1_features": 3, "in2_features": 4, "out_features": 2},
    },
    "channel_shuffle": {"inputs": [(2, 4, 3, 3)], "options": {"groups": 2}},
    **{f"constant_pad{n}d": {"options": {"value": 0.5}} for n in (1, 2, 3)},
    "cosine_similarity": {"inputs": PAIR},
    "embedding": {"inputs": [WORDS], "options": {"num_embeddings": 4, "embedding_dim": 3}},
    "embedding_bag": {
        "inputs": [WORDS],
        "options": {"num_embeddings": 4, "embedding_dim": 3},
        "second": False,
    },
    "fold": {"inputs": [(2, 12, 4)], "options": {"output_size": 3, "kernel_size": 2}},
    "gru": {"inputs": [(4, 2, 3)], "options": {"input_size": 3, "hidden_size": 2}},
    "gru_cell": {"inputs": [(2, 3)], "options": {"input_size": 3, "hidden_size": 2}},
    **{
        f"lazy_{kind}3d": {"inputs": [(2, 3, 3, 3, 3)]}
        for kind in ("batch_norm", "conv", "conv_transpose", "instance_norm")
    },
    **{f"lp_pool{n}d": {"options": {"norm_type": 2}} for n in (1, 2, 3)},
    "lstm": {"inputs": [(4, 2, 3)], "options": {"input_size": 3, "hidden_size": 2}},
    "lstm_cell": {"inputs": [(2, 3)], "options": {"input_size": 3, "hidden_size": 2}},
    **{f"max_unpool{n}d": {"inputs": pooled(n)} for n in (1, 2, 3)},
    "multihead_attention": {
        "inputs": [(3, 2, 4)] * 3,
        "options": {"embed_dim": 4, "num_heads": 2},
    },
    "pairwise_distance": {"inputs": PAIR},
    "pixel_shuffle": {"inputs": [(2, 4, 3, 3)], "options": {"upscale_factor": 2}},
    "pixel_unshuffle": {"inputs": [(2, 2, 4, 4)], "options": {"downscale_factor": 2}},
    "rnn": {"inputs": [(4, 2, 3)], "options": {"input_size": 3, "hidden_size": 2}},
    "rnn_cell": {"inputs": [(2, 3)], "options": {"input_size": 3, "hidden_size": 2}},
    "stochastic_depth": {"options": {"p": 0.5, "mode": "row"}},
    "threshold": {"options": {"threshold": 0.2, "value": 0.1}},
    "transformer": {
        "inputs": [(3, 2, 4), (2, 2, 4)],
        "options": {**TINY, "num_encoder_layers": 1, "num_decoder_layers": 1},
    },
    "transformer_decoder": {
        "inputs": [(3, 2, 4), (2, 2, 4)],
        "options": {"decoder_layer": nn.TransformerDecoderLayer(**TINY), "num_layers": 1},
    },
    "transformer_decoder_layer": {"inputs": [(3, 2, 4), (2, 2, 4)], "options": TINY},
    "transformer_encoder": {
        "inputs": [(3, 2, 4)],
        "options": {"encoder_layer": nn.TransformerEncoderLayer(**TINY), "num_layers": 1},
    },
    "transformer_encoder_layer": {"inputs": [(3, 2, 4)], "options": TINY},
    "unflatten": {"inputs": [(2, 6)], "options": {"dim": 1, "unflattened_size": (2, 3)}},
    "upsample": {"options": {"scale_factor": 2}},
    "upsampling_bilinear2d": {"options": {"scale_factor": 2}},
    "upsampling_nearest2d": {"options": {"scale_factor": 2}},
}
OTHERS = {
    ("loss", "ciou_loss"): {"exact": False},  # holds a factor constant, as its paper does
    ("loss", "multilabel_margin_loss"): {
        "inputs": [np.array([[0.1, 0.9, -0.3]]), np.array([[2, 0, -1]])]
    },
    ("optimizer", "asgd"): {"follows_lr": False},  # takes a changed rate at the step after
    ("optimizer", "muon"): {"shapes": [(4, 3), (2, 5)]},
    ("optimizer", "rprop"): {"follows_lr": False},  # it finds its steps by itself
    ("augmentation", "compose"): {"options": {"augmentations": TWO}},
    ("augmentation", "one_of"): {"options": {"augmentations": TWO}},
    ("augmentation", "sometimes"): {"options": {"augmentation": TWO[0]}},
    ("augmentation", "resize"): {"options": {"size": (18, 30)}},
    ("augmentation", "normalize"): {"unit": False, "options": {"mean": 0.5, "std": 0.25}},
    ("augmentation", "random_erasing"): {"follows": False},
    ("augmentation", "cutmix"): {"alone": False},
    ("augmentation", "mixup"): {"alone": False},
}
KINDS = "layers losses optimizers schedules augmentations datasets metrics callbacks".split()
ENTRIES = [entry for plural in KINDS for entry in getattr(tl, plural).entries()]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.kind}-{entry.name}")
def test_everything_that_is_built_in_passes(entry):
    if entry.name == "tensorboard":
        pytest.importorskip("tensorboardX")
    told = LAYERS.get(entry.name) if entry.kind == "layer" else OTHERS.get((entry.kind, entry.name))
    assert check_entry(entry, **(told or {})) == ""


@pytest.mark.parametrize("name", ["lenet5", "lenet_harley", "resnet8"])
def test_a_model_of_the_zoo_passes(name):
    assert check_entry(tl.models.info(name)) == ""


@pytest.mark.parametrize("name", sorted(LINES))
def test_our_commands_pass(name):
    check_command(cli.get_command(click.Context(cli), name))
