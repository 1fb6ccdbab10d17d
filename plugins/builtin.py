"""What tensorlite brings itself, registered through the hooks that every plugin uses."""

from __future__ import annotations

from tensorlite.plugins import hookimpl
from tensorlite.plugins.hookspecs import Register


@hookimpl
def register_layers(register: Register) -> None:
    """The layers of ``tensorlite.nn``."""
    from tensorlite import nn

    register("conv2d", nn.Conv2d)
    register("linear", nn.Linear)
    register("max_pool2d", nn.MaxPool2d)
    register("avg_pool2d", nn.AvgPool2d)
    register("relu", nn.ReLU)
    register("tanh", nn.Tanh)
    register("sigmoid", nn.Sigmoid)
    register("dropout", nn.Dropout)
    register("flatten", nn.Flatten)
    register("batch_norm2d", nn.BatchNorm2d)


@hookimpl
def register_losses(register: Register) -> None:
    """The losses of ``tensorlite.nn``."""
    from tensorlite import nn

    register("bce_loss", nn.BCELoss)
    register("bce_with_logits_loss", nn.BCEWithLogitsLoss)
    register("ciou_loss", nn.CIoULoss)
    register("cross_entropy", nn.CrossEntropyLoss)
    register("dice_loss", nn.DiceLoss)
    register("diou_loss", nn.DIoULoss)
    register("focal_loss", nn.FocalLoss)
    register("giou_loss", nn.GIoULoss)
    register("half_squared_error_loss", nn.HalfSquaredErrorLoss)
    register("hinge_embedding_loss", nn.HingeEmbeddingLoss)
    register("huber_loss", nn.HuberLoss)
    register("iou_loss", nn.IoULoss)
    register("kl_div_loss", nn.KLDivLoss)
    register("l1_loss", nn.L1Loss)
    register("mse_loss", nn.MSELoss)
    register("multi_margin_loss", nn.MultiMarginLoss)
    register("multilabel_margin_loss", nn.MultiLabelMarginLoss)
    register("multilabel_soft_margin_loss", nn.MultiLabelSoftMarginLoss)
    register("nll_loss", nn.NLLLoss)
    register("poisson_nll_loss", nn.PoissonNLLLoss)
    register("sigmoid_focal_loss", nn.SigmoidFocalLoss)
    register("smooth_l1_loss", nn.SmoothL1Loss)
    register("soft_margin_loss", nn.SoftMarginLoss)


@hookimpl
def register_optimizers(register: Register) -> None:
    """The optimizers of ``tensorlite.optim``."""
    from tensorlite import optim

    register("adadelta", optim.Adadelta)
    register("adagrad", optim.Adagrad)
    register("adam", optim.Adam)
    register("adamax", optim.Adamax)
    register("adamw", optim.AdamW)
    register("asgd", optim.ASGD)
    register("lion", optim.Lion)
    register("nadam", optim.NAdam)
    register("radam", optim.RAdam)
    register("rmsprop", optim.RMSprop)
    register("rprop", optim.Rprop)
    register("sgd", optim.SGD)


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
