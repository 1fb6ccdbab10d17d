"""PyTorch's path of sequences of different lengths: filled up, or packed."""

from tensorlite.nn.utils.packing import PackedSequence as PackedSequence
from tensorlite.nn.utils.packing import invert_permutation as invert_permutation
from tensorlite.nn.utils.packing import pack_padded_sequence as pack_padded_sequence
from tensorlite.nn.utils.packing import pack_sequence as pack_sequence
from tensorlite.nn.utils.packing import pad_packed_sequence as pad_packed_sequence
from tensorlite.nn.utils.packing import unpack_sequence as unpack_sequence
from tensorlite.nn.utils.padding import pad_sequence as pad_sequence
from tensorlite.nn.utils.padding import unpad_sequence as unpad_sequence
