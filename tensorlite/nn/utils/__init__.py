"""What is done to the parameters of a module: limits on gradients, other ways to hold weights."""

from tensorlite.nn.utils import parametrizations, parametrize, rnn
from tensorlite.nn.utils.clip_grad import (
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)
from tensorlite.nn.utils.convert_parameters import parameters_to_vector, vector_to_parameters
from tensorlite.nn.utils.fusion import fuse_conv_bn_eval, fuse_conv_bn_weights
from tensorlite.nn.utils.spectral_norm import remove_spectral_norm, spectral_norm
from tensorlite.nn.utils.weight_norm import remove_weight_norm, weight_norm

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "get_total_norm",
    "parameters_to_vector",
    "parametrizations",
    "parametrize",
    "remove_spectral_norm",
    "remove_weight_norm",
    "rnn",
    "spectral_norm",
    "vector_to_parameters",
    "weight_norm",
]
