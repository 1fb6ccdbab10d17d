import io
import json
import math
from types import SimpleNamespace

import pytest

from tensorlite.training.panel import LivePanel, Sparkline
from tensorlite.training.progress import EpochLines, JsonLines, Pace


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def trainer():
    """As far as progress looks at one: two epochs of four batches with ten images each."""
    return SimpleNamespace(
        epoch=0,
        epochs=2,
        batch=0,
        images=0,
        loss=math.nan,
        lr=0.1,
        train=range(4),
        history=[],
        task=SimpleNamespace(monitor="acc"),
    )


def play(trainer, callback, clock, epochs=2, seconds=2.0, validation=1.0):
    """Go through the events of a training in which the clock moves."""
    for trainer.epoch in range(1, epochs + 1):
        trainer.batch = trainer.images = 0
        callback.on_epoch_start(trainer)
        for trainer.batch in range(1, 5):
            trainer.images, trainer.loss = 10 * trainer.batch, 1 / (trainer.batch + trainer.epoch)
            clock.now += seconds
            callback.on_batch_end(trainer)
        clock.now += validation
        figures = {"epoch": trainer.epoch, "lr": 0.1, "train_loss": trainer.loss, "val_acc": 0.5}
        trainer.history.append({**figures, "seconds": 8.0, "images_per_second": 5.0})
        callback.on_epoch_end(trainer)


def test_the_time_left_counts_the_validations_too(trainer, clock):
    pace = Pace(clock)
    play(trainer, pace, clock, epochs=1)
    assert pace.images_per_second(trainer) == pytest.approx(5)
    assert pace.seconds_left(trainer) == pytest.approx(4 * 2 + 2 * 1)


def test_short_epochs_get_one_line_each(trainer, clock):
    lines = []
    play(trainer, EpochLines(lines.append, clock=clock), clock)
    assert len(lines) == 2
    assert lines[0] == "epoch 1/2  loss 0.200  val_acc 50.0 %   8.0 s       5 img/s"


def test_a_long_epoch_gives_a_sign_of_life_every_half_minute(trainer, clock):
    lines = []
    play(trainer, EpochLines(lines.append, clock=clock), clock, epochs=1, seconds=20)
    assert lines[0] == "epoch 1/2  loss 0.333  batch 2/4  0 img/s  2:00 left"
    assert len(lines) == 3 and "batch 4/4" in lines[1] and "val_acc" in lines[2]


def test_a_program_gets_the_same_as_json(trainer, clock):
    lines = []
    play(trainer, JsonLines(lines.append, clock=clock), clock, seconds=20)
    events = [json.loads(line) for line in lines]
    assert [event["event"] for event in events] == ["batch", "batch", "epoch"] * 2
    assert events[2]["val_acc"] == 0.5 and events[0]["seconds_left"] == 120


def test_the_panel_shows_where_the_training_stands_and_goes_away(trainer, clock):
    from rich.console import Console

    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    panel = LivePanel(screen, clock)
    play(trainer, panel, clock, seconds=0.5)
    panel.on_train_end(trainer)
    shown = screen.file.getvalue()
    for words in ("epoch 1/2", "run", "20 img/s", "lr 0.1", "0:01 left", "validating", "█"):
        assert words in shown
    assert shown.rindex("\x1b[2K") > shown.rindex("run")  # the lines of the panel are wiped


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1000])
def test_a_sparkline_spans_any_number_of_values(count):
    line = Sparkline(8)
    for index in range(count):
        line.add(float(count - index))
        line.add(math.nan)
    text = str(line)
    assert len(text) == min(count, 8)
    assert list(text) == sorted(text, reverse=True) and (count < 2 or text[0] + text[-1] == "█▁")
