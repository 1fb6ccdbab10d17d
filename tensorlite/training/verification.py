"""Training a model again, to see whether what its card says is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from tensorlite import registry
from tensorlite.data.download import downloaded
from tensorlite.training.callbacks import Callback
from tensorlite.training.config import Layer
from tensorlite.training.logs import LOSS, QUICK, Claim, claims
from tensorlite.training.progress import show_figure

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Check:
    """One figure of a card and what became of it.

    Args:
        model: Registry name.
        data: Name of the data.
        figure: Such as ``"test_acc"``, or ``"train_loss"``, of which less is better.
        claimed: What the card says; in a quick check the log after two epochs.
        least: What would still be the same but for chance.
        card: What the card says about the figure at the end of the training.
        got: What was reached; None if the data are not here.
        baseline: What somebody gets in the end who does not look at the pictures, if that is known.
        quick: Whether ``got`` is from the start of a training, so that only the card has to beat
            the baseline.
        seconds: Time that the trainings took.
    """

    model: str
    data: str
    figure: str
    claimed: float
    least: float
    card: float
    got: float | None
    baseline: float | None
    seconds: float
    quick: bool = False

    @property
    def status(self) -> str:
        """``"reached"``, ``"missed"``, or ``"no data"``."""
        if not self._beats(self.card):
            return "missed"
        if self.got is None:
            return "no data"
        near = self.got <= self.least if self._is_loss else self.got >= self.least
        return "reached" if near and (self.quick or self._beats(self.got)) else "missed"

    @property
    def _is_loss(self) -> bool:
        return self.figure == LOSS

    def _beats(self, value: float) -> bool:
        return self.baseline is None or value > self.baseline

    def line(self) -> str:
        """Say it in one line."""
        claimed, least, card = map(self._show, (self.claimed, self.least, self.card))
        needed = f"{'at most ' if self._is_loss else ''}{least} needed"
        parts = [f"{self.model} on {self.data}", f"{self.figure} {claimed} logged, {needed}"]
        if self.baseline is not None:
            in_the_end = f"{card} in the end, " if self.quick else ""
            parts.append(f"{in_the_end}{self._show(self.baseline)} without looking")
        if self.got is not None:
            parts.append(f"got {self._show(self.got)} in {self.seconds:.0f} s")
        return " · ".join([*parts, self.status])

    def _show(self, value: float) -> str:
        return show_figure(self.figure, value, 2)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {**asdict(self), "status": self.status}


def verify(
    model: str, *, quick: bool, root: Path | None, out: Path, say: Progress
) -> Iterator[Check]:
    """Train a model as its recipe says, on all data that its log names.

    Args:
        model: Registry name.
        quick: Train two epochs with one seed, and look at the validation part.
        root: Folder that holds the data; by default registered and downloaded data are taken, and
            folders of that name in the working folder.
        out: Folder for the runs.
        say: Called with lines about what goes on.
    """
    for claim in claims(registry.models.info(model)):
        source = find_data(claim.data, root)
        if source is None:
            yield from _absent(claim, quick)
        elif quick:
            yield from _quick_checks(claim, source, out, say)
        else:
            yield from _checks(claim, source, out, say)


def find_data(name: str, root: Path | None) -> str | None:
    """The data of that name, or None if they are not here.

    Args:
        name: As in a log.
        root: The folder to look in, besides registered data.
    """
    if name in registry.datasets:
        return name
    if root is not None:
        return str(root / name) if (root / name).exists() else None
    path = downloaded(name) or Path(name)
    return str(path) if path.exists() else None


class _StopAfter(Callback):
    """End after the epochs of a quick check; schedule and length stay those of the recipe."""

    def on_epoch_end(self, trainer: Any) -> None:
        trainer.stop = trainer.stop or trainer.epoch >= QUICK


def _quick_checks(claim: Claim, source: str, out: Path, say: Progress) -> Iterator[Check]:
    result = _train(claim, source, claim.runs[0].seed, out, say, quick=True)
    yield from _early(claim, result.run.metrics()[-1], result.seconds)


def _checks(claim: Claim, source: str, out: Path, say: Progress) -> Iterator[Check]:
    results = [_train(claim, source, run.seed, out, say) for run in claim.runs]
    seconds = sum(result.seconds for result in results)
    for name in claim.figures:
        got = mean(result.figures()[f"{claim.split}_{name}"] for result in results)
        yield _final(claim, name, got, seconds)


def _absent(claim: Claim, quick: bool) -> Iterator[Check]:
    if quick:
        yield from _early(claim, {}, 0.0)
    else:
        yield from (_final(claim, name, None, 0.0) for name in claim.figures)


def _early(claim: Claim, seen: Mapping[str, float], seconds: float) -> Iterator[Check]:
    """What the start of a training is held against: the start of the log."""

    def check(figure: str, logged: float, least: float, card: float, base: float | None) -> Check:
        bounds, got = (logged, least, card), seen.get(figure)
        return Check(claim.model, claim.data, figure, *bounds, got, base, seconds, quick=True)

    if claim.loss is not None:
        yield check(LOSS, *claim.loss, claim.loss[0], None)
    for name, card in claim.figures.items():
        bounds = claim.early(name), claim.floor(name), card
        yield check(f"val_{name}", *bounds, claim.baseline.get(name))


def _final(claim: Claim, name: str, got: float | None, seconds: float) -> Check:
    """What a whole training is held against: the card, as far as chance goes."""
    card, baseline = claim.figures[name], claim.baseline.get(name)
    bounds = card, card - claim.margin(name), card
    figure = f"{claim.split}_{name}"
    return Check(claim.model, claim.data, figure, *bounds, got, baseline, seconds)


def _train(
    claim: Claim, source: str, seed: int, out: Path, say: Progress, quick: bool = False
) -> Any:
    from tensorlite.data import open_data
    from tensorlite.training.finetuning import fine_tuning
    from tensorlite.training.progress import EpochLines
    from tensorlite.training.run import RunDirectory, run_name
    from tensorlite.training.session import prepare

    say(f"train   {claim.model} on {claim.data}, seed {seed}")
    given = {**claim.settings, "model": claim.model, "data": source, "seed": seed}
    beneath = [fine_tuning(claim.start, open_data(source))] if claim.start else []
    session = prepare(Layer("the log", given), *beneath)
    run = RunDirectory.create(out, run_name(claim.model, claim.data))
    stop = [_StopAfter()] if quick else []
    return session.fit(run, [EpochLines(say, session.decimals), *stop])
