"""What tensorlite brings itself, registered through the hooks that every plugin uses."""

from __future__ import annotations

from tensorlite.plugins import hookimpl
from tensorlite.plugins.hookspecs import Register


@hookimpl
def register_layers(register: Register) -> None:
    """The layers of ``tensorlite.nn``."""
    from tensorlite import nn

    register("alpha_dropout", nn.AlphaDropout)
    register("avg_pool2d", nn.AvgPool2d)
    register("batch_norm2d", nn.BatchNorm2d)
    register("bilinear", nn.Bilinear)
    register("celu", nn.CELU)
    register("channel_shuffle", nn.ChannelShuffle)
    register("circular_pad1d", nn.CircularPad1d)
    register("circular_pad2d", nn.CircularPad2d)
    register("circular_pad3d", nn.CircularPad3d)
    register("constant_pad1d", nn.ConstantPad1d)
    register("constant_pad2d", nn.ConstantPad2d)
    register("constant_pad3d", nn.ConstantPad3d)
    register("conv2d", nn.Conv2d)
    register("cosine_similarity", nn.CosineSimilarity)
    register("dropout", nn.Dropout)
    register("dropout1d", nn.Dropout1d)
    register("dropout2d", nn.Dropout2d)
    register("dropout3d", nn.Dropout3d)
    register("elu", nn.ELU)
    register("embedding", nn.Embedding)
    register("feature_alpha_dropout", nn.FeatureAlphaDropout)
    register("flatten", nn.Flatten)
    register("fold", nn.Fold)
    register("gelu", nn.GELU)
    register("glu", nn.GLU)
    register("gru", nn.GRU)
    register("gru_cell", nn.GRUCell)
    register("hardshrink", nn.Hardshrink)
    register("hardsigmoid", nn.Hardsigmoid)
    register("hardswish", nn.Hardswish)
    register("hardtanh", nn.Hardtanh)
    register("identity", nn.Identity)
    register("leaky_relu", nn.LeakyReLU)
    register("linear", nn.Linear)
    register("log_softmax", nn.LogSoftmax)
    register("logsigmoid", nn.LogSigmoid)
    register("lstm", nn.LSTM)
    register("lstm_cell", nn.LSTMCell)
    register("max_pool2d", nn.MaxPool2d)
    register("mish", nn.Mish)
    register("multihead_attention", nn.MultiheadAttention)
    register("pairwise_distance", nn.PairwiseDistance)
    register("pixel_shuffle", nn.PixelShuffle)
    register("pixel_unshuffle", nn.PixelUnshuffle)
    register("prelu", nn.PReLU)
    register("reflection_pad1d", nn.ReflectionPad1d)
    register("reflection_pad2d", nn.ReflectionPad2d)
    register("reflection_pad3d", nn.ReflectionPad3d)
    register("relu", nn.ReLU)
    register("relu6", nn.ReLU6)
    register("replication_pad1d", nn.ReplicationPad1d)
    register("replication_pad2d", nn.ReplicationPad2d)
    register("replication_pad3d", nn.ReplicationPad3d)
    register("rnn", nn.RNN)
    register("rnn_cell", nn.RNNCell)
    register("rrelu", nn.RReLU)
    register("selu", nn.SELU)
    register("sigmoid", nn.Sigmoid)
    register("silu", nn.SiLU)
    register("softmax", nn.Softmax)
    register("softmax2d", nn.Softmax2d)
    register("softmin", nn.Softmin)
    register("softplus", nn.Softplus)
    register("softshrink", nn.Softshrink)
    register("softsign", nn.Softsign)
    register("stochastic_depth", nn.StochasticDepth)
    register("tanh", nn.Tanh)
    register("tanhshrink", nn.Tanhshrink)
    register("threshold", nn.Threshold)
    register("transformer_encoder", nn.TransformerEncoder)
    register("transformer_encoder_layer", nn.TransformerEncoderLayer)
    register("unflatten", nn.Unflatten)
    register("unfold", nn.Unfold)
    register("upsample", nn.Upsample)
    register("upsampling_bilinear2d", nn.UpsamplingBilinear2d)
    register("upsampling_nearest2d", nn.UpsamplingNearest2d)
    register("zero_pad1d", nn.ZeroPad1d)
    register("zero_pad2d", nn.ZeroPad2d)
    register("zero_pad3d", nn.ZeroPad3d)


@hookimpl
def register_losses(register: Register) -> None:
    """The losses of ``tensorlite.nn``."""
    from tensorlite import nn

    register("cross_entropy", nn.CrossEntropyLoss)
    register("nll_loss", nn.NLLLoss)
    register("mse_loss", nn.MSELoss)


@hookimpl
def register_optimizers(register: Register) -> None:
    """The optimizers of ``tensorlite.optim``."""
    from tensorlite import optim

    register("sgd", optim.SGD)
    register("adam", optim.Adam)
    register("adamw", optim.AdamW)


@hookimpl
def register_schedules(register: Register) -> None:
    """The learning-rate schedules of ``tensorlite.optim.schedules``."""
    from tensorlite.optim import schedules

    register("constant", schedules.constant)
    register("cosine", schedules.cosine)
    register("step", schedules.step)
    register("one_cycle", schedules.one_cycle)


@hookimpl
def register_augmentations(register: Register) -> None:
    """The augmentations of ``tensorlite.augment``."""
    from tensorlite import augment

    register("shift", augment.RandomShift)
    register("rotation", augment.RandomRotation)
    register("scale", augment.RandomScale)
    register("horizontal_flip", augment.HorizontalFlip)
    register("random_crop", augment.RandomCrop)
    register("thinning", augment.RandomThinning)


@hookimpl
def register_datasets(register: Register) -> None:
    """The bundled data."""
    from tensorlite import data

    register("digits", data.digits, splits=("train", "val"))


@hookimpl
def register_readers(register: Register) -> None:
    """The file formats of ``tensorlite.data.readers``."""
    from tensorlite.data import readers

    register("idx", readers.IdxReader())
    register("image_folder", readers.ImageFolderReader())


@hookimpl
def register_metrics(register: Register) -> None:
    """The metrics of ``tensorlite.training.metrics``."""
    from tensorlite.training import metrics

    register("accuracy", metrics.Accuracy)
    register("top_accuracy", metrics.TopAccuracy)
    register("macro_f1", metrics.MacroF1)


@hookimpl
def register_callbacks(register: Register) -> None:
    """The callbacks of ``tensorlite.training.callbacks``."""
    from tensorlite.training import callbacks

    register("csv_logger", callbacks.CSVLogger)
    register("jsonl_logger", callbacks.JSONLLogger)
    register("checkpoint", callbacks.Checkpoint)
    register("early_stopping", callbacks.EarlyStopping)
