"""Figures and the learning rate of a training, for TensorBoard.

TensorBoard is an extra: ``pip install 'tensorlite-board[tensorboard]'``.
"""

import time

from tensorlite.errors import ConfigError
from tensorlite.plugins import PluginInfo, hookimpl
from tensorlite.training import Callback


class Board(Callback):
    """Writes the figures of every epoch where TensorBoard finds them.

    Args:
        folder: Where the event files go.

    Raises:
        ConfigError: When the training starts, if TensorBoard is not installed.
    """

    def __init__(self, folder: str = "board") -> None:
        self.folder, self.writer = folder, None

    def on_train_start(self, trainer) -> None:
        """Open the file."""
        try:
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
        except ImportError:
            hint = "pip install 'tensorlite-board[tensorboard]'"
            raise ConfigError(
                "it needs TensorBoard.", where="callback 'board'", hint=hint
            ) from None
        self.writer = EventFileWriter(self.folder)

    def on_epoch_end(self, trainer) -> None:
        """Write the figures of the epoch."""
        figures = {name: value for name, value in trainer.history[-1].items() if name != "epoch"}
        figures["lr"] = trainer.optimizer.param_groups[0]["lr"]
        self.writer.add_event(event(trainer.epoch, figures))
        self.writer.flush()

    def on_train_end(self, trainer) -> None:
        """Close the file."""
        self.writer.close()

    on_interrupt = on_train_end


def event(step: int, figures):
    """One moment of a training in TensorBoard's format."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    values = [Summary.Value(tag=name, simple_value=value) for name, value in figures.items()]
    return Event(step=step, wall_time=time.time(), summary=Summary(value=values))


@hookimpl
def plugin_info():
    """The plugin API that this was written for."""
    return PluginInfo(api=1)


@hookimpl
def register_callbacks(register):
    """The callback, as ``board``."""
    register("board", Board)
