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
    register("conv1d", nn.Conv1d)
    register("conv3d", nn.Conv3d)
    register("conv_transpose1d", nn.ConvTranspose1d)
    register("conv_transpose2d", nn.ConvTranspose2d)
    register("conv_transpose3d", nn.ConvTranspose3d)
    register("avg_pool1d", nn.AvgPool1d)
    register("avg_pool3d", nn.AvgPool3d)
    register("lp_pool1d", nn.LPPool1d)
    register("lp_pool2d", nn.LPPool2d)
    register("lp_pool3d", nn.LPPool3d)
    register("max_pool1d", nn.MaxPool1d)
    register("max_pool3d", nn.MaxPool3d)
    register("adaptive_avg_pool1d", nn.AdaptiveAvgPool1d)
    register("adaptive_avg_pool2d", nn.AdaptiveAvgPool2d)
    register("adaptive_avg_pool3d", nn.AdaptiveAvgPool3d)
    register("adaptive_max_pool1d", nn.AdaptiveMaxPool1d)
    register("adaptive_max_pool2d", nn.AdaptiveMaxPool2d)
    register("adaptive_max_pool3d", nn.AdaptiveMaxPool3d)
    register("max_unpool1d", nn.MaxUnpool1d)
    register("max_unpool2d", nn.MaxUnpool2d)
    register("max_unpool3d", nn.MaxUnpool3d)
    register("lazy_linear", nn.LazyLinear)
    register("lazy_conv1d", nn.LazyConv1d)
    register("lazy_conv2d", nn.LazyConv2d)
    register("lazy_conv3d", nn.LazyConv3d)
    register("lazy_conv_transpose1d", nn.LazyConvTranspose1d)
    register("lazy_conv_transpose2d", nn.LazyConvTranspose2d)
    register("lazy_conv_transpose3d", nn.LazyConvTranspose3d)
    register("lazy_batch_norm1d", nn.LazyBatchNorm1d)
    register("lazy_batch_norm2d", nn.LazyBatchNorm2d)
    register("lazy_batch_norm3d", nn.LazyBatchNorm3d)
    register("lazy_instance_norm1d", nn.LazyInstanceNorm1d)
    register("lazy_instance_norm2d", nn.LazyInstanceNorm2d)
    register("lazy_instance_norm3d", nn.LazyInstanceNorm3d)
    register("batch_norm1d", nn.BatchNorm1d)
    register("batch_norm3d", nn.BatchNorm3d)
    register("instance_norm1d", nn.InstanceNorm1d)
    register("instance_norm2d", nn.InstanceNorm2d)
    register("instance_norm3d", nn.InstanceNorm3d)
    register("layer_norm", nn.LayerNorm)
    register("group_norm", nn.GroupNorm)
    register("rms_norm", nn.RMSNorm)
    register("local_response_norm", nn.LocalResponseNorm)
    register("sync_batch_norm", nn.SyncBatchNorm)
    register("cross_map_lrn2d", nn.CrossMapLRN2d)
    register("embedding_bag", nn.EmbeddingBag)
    register("transformer", nn.Transformer)
    register("transformer_decoder", nn.TransformerDecoder)
    register("transformer_decoder_layer", nn.TransformerDecoderLayer)


@hookimpl
def register_functions(register: Register) -> None:
    """The differentiable ops of ``tensorlite.nn.functional``."""
    from tensorlite import ops

    for name in ops.__all__:
        if not name.endswith("_"):  # those change their input in place
            register(name, getattr(ops, name))


@hookimpl
def register_losses(register: Register) -> None:
    """The losses of ``tensorlite.nn``."""
    from tensorlite import nn

    register("cross_entropy", nn.CrossEntropyLoss)
    register("nll_loss", nn.NLLLoss)
    register("mse_loss", nn.MSELoss)
    register("bce_loss", nn.BCELoss)
    register("bce_with_logits_loss", nn.BCEWithLogitsLoss)
    register("ciou_loss", nn.CIoULoss)
    register("cosine_embedding_loss", nn.CosineEmbeddingLoss)
    register("dice_loss", nn.DiceLoss)
    register("diou_loss", nn.DIoULoss)
    register("focal_loss", nn.FocalLoss)
    register("gaussian_nll_loss", nn.GaussianNLLLoss)
    register("giou_loss", nn.GIoULoss)
    register("half_squared_error_loss", nn.HalfSquaredErrorLoss)
    register("hinge_embedding_loss", nn.HingeEmbeddingLoss)
    register("huber_loss", nn.HuberLoss)
    register("iou_loss", nn.IoULoss)
    register("kl_div_loss", nn.KLDivLoss)
    register("l1_loss", nn.L1Loss)
    register("margin_ranking_loss", nn.MarginRankingLoss)
    register("multi_margin_loss", nn.MultiMarginLoss)
    register("multilabel_margin_loss", nn.MultiLabelMarginLoss)
    register("multilabel_soft_margin_loss", nn.MultiLabelSoftMarginLoss)
    register("poisson_nll_loss", nn.PoissonNLLLoss)
    register("sigmoid_focal_loss", nn.SigmoidFocalLoss)
    register("smooth_l1_loss", nn.SmoothL1Loss)
    register("soft_margin_loss", nn.SoftMarginLoss)
    register("triplet_margin_loss", nn.TripletMarginLoss)
    register("triplet_margin_with_distance_loss", nn.TripletMarginWithDistanceLoss)


@hookimpl
def register_optimizers(register: Register) -> None:
    """The optimizers of ``tensorlite.optim``."""
    from tensorlite import optim

    register("sgd", optim.SGD)
    register("adam", optim.Adam)
    register("adamw", optim.AdamW)
    register("adadelta", optim.Adadelta)
    register("adagrad", optim.Adagrad)
    register("adamax", optim.Adamax)
    register("asgd", optim.ASGD)
    register("lion", optim.Lion)
    register("muon", optim.Muon)
    register("muon_adamw", optim.MuonAdamW)
    register("nadam", optim.NAdam)
    register("radam", optim.RAdam)
    register("rmsprop", optim.RMSprop)
    register("rprop", optim.Rprop)


@hookimpl
def register_schedules(register: Register) -> None:
    """The learning-rate schedules of ``tensorlite.optim.schedules``."""
    from tensorlite.optim import schedules

    register("constant", schedules.constant)
    register("cosine", schedules.cosine)
    register("step", schedules.step)
    register("one_cycle", schedules.one_cycle)
    register("polynomial", schedules.polynomial)


@hookimpl
def register_augmentations(register: Register) -> None:
    """The augmentations of ``tensorlite.augment``."""
    from tensorlite import augment

    register("shift", augment.RandomShift, aliases=("translation",))
    register("rotation", augment.RandomRotation)
    register("scale", augment.RandomScale)
    register("horizontal_flip", augment.HorizontalFlip)
    register("random_crop", augment.RandomCrop)
    register("thinning", augment.RandomThinning)
    register("affine", augment.RandomAffine)
    register("autocontrast", augment.Autocontrast)
    register("brightness", augment.Brightness)
    register("center_crop", augment.CenterCrop, aliases=("centre_crop",))
    register("color_jitter", augment.ColorJitter, aliases=("colour_jitter",))
    register("compose", augment.Compose)
    register("contrast", augment.Contrast)
    register("cutmix", augment.CutMix)
    register("elastic", augment.Elastic)
    register("equalize", augment.Equalize)
    register("gaussian_blur", augment.GaussianBlur)
    register("gaussian_noise", augment.GaussianNoise)
    register("grayscale", augment.Grayscale)
    register("hue", augment.Hue)
    register("invert", augment.Invert)
    register("mixup", augment.Mixup)
    register("normalize", augment.Normalize)
    register("one_of", augment.OneOf)
    register("padded_crop", augment.PaddedCrop)
    register("perspective", augment.RandomPerspective)
    register("posterize", augment.Posterize)
    register("rand_augment", augment.RandAugment)
    register("random_erasing", augment.RandomErasing)
    register("resize", augment.Resize)
    register("resized_crop", augment.RandomResizedCrop)
    register("saturation", augment.Saturation)
    register("sharpen", augment.Sharpen)
    register("sharpness", augment.Sharpness)
    register("shear", augment.RandomShear)
    register("solarize", augment.Solarize)
    register("sometimes", augment.Sometimes)
    register("trivial_augment", augment.TrivialAugment)
    register("vertical_flip", augment.VerticalFlip)


@hookimpl
def register_datasets(register: Register) -> None:
    """The bundled data."""
    from tensorlite import data

    register("canvas", data.canvas, splits=("train", "val"))
    register("digits", data.digits, splits=("train", "val"))


@hookimpl
def register_models(register: Register) -> None:
    """Models that are written in TOML: their names are paths."""
    from tensorlite.nn.toml import entry_of
    from tensorlite.registry import models

    models.files[".toml"] = entry_of


@hookimpl
def register_readers(register: Register) -> None:
    """The file formats of ``tensorlite.data.readers``."""
    from tensorlite.data import readers

    register("idx", readers.IdxReader())
    register("image_folder", readers.ImageFolderReader())
    register("cifar", readers.CifarReader())
    register("coco", readers.CocoReader())
    register("csv", readers.CsvReader())
    register("masks", readers.MaskReader())
    register("npz", readers.NpzReader())
    register("voc", readers.VocReader())


@hookimpl
def register_metrics(register: Register) -> None:
    """The metrics of ``tensorlite.training.metrics``."""
    from tensorlite.training import metrics

    register("accuracy", metrics.Accuracy)
    register("top_accuracy", metrics.TopAccuracy)
    register("macro_f1", metrics.MacroF1)


@hookimpl
def register_callbacks(register: Register) -> None:
    """The callbacks of ``tensorlite.training``."""
    from tensorlite.training import callbacks, tensorboard

    register("csv_logger", callbacks.CSVLogger)
    register("jsonl_logger", callbacks.JSONLLogger)
    register("checkpoint", callbacks.Checkpoint)
    register("early_stopping", callbacks.EarlyStopping)
    register("tensorboard", tensorboard.TensorBoardLogger)
