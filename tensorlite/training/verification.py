"""Training a model again, to see whether what its card says is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from tensorlite import registry
from tensorlite.data.download import downloaded
from tensorlite.training.callbacks import Callback
from tensorlite.training.config import Layer
from tensorlite.training.logs import QUICK, Claim, claims
from tensorlite.training.progress import show_figure

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Check:
    """One figure of a card and what became of it.

    Args:
        model: Registry name.
        data: Name of the data.
        figure: Such as ``"test_acc"``.
        claimed: What the card says; in a quick check the log after two epochs.
        least: What would still be the same but for chance.
        got: What was reached; None if the data are not here.
        baseline: What somebody gets who does not look at the pictures, if that is known.
        seconds: Time that the trainings took.
    """

    model: str
    data: str
    figure: str
    claimed: float
    least: float
    got: float | None
    baseline: float | None
    seconds: float

    @property
    def status(self) -> str:
        """``"reached"``, ``"missed"``, or ``"no data"``."""
        if self.got is None:
            return "no data"
        beaten = self.baseline is None or self.got > self.baseline
        return "reached" if self.got >= self.least and beaten else "missed"

    def line(self) -> str:
        """Say it in one line."""
        claimed, least = (show_figure(self.figure, x, 2) for x in (self.claimed, self.least))
        parts = [f"{self.model} on {self.data}", f"{self.figure} {claimed} logged, {least} needed"]
        if self.baseline is not None:
            parts.append(f"{show_figure(self.figure, self.baseline, 2)} without looking")
        if self.got is not None:
            parts.append(f"got {show_figure(self.figure, self.got, 2)} in {self.seconds:.0f} s")
        return " · ".join([*parts, self.status])

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
            yield _quick_check(claim, source, out, say)
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


def _quick_check(claim: Claim, source: str, out: Path, say: Progress) -> Check:
    name, seed = next(iter(claim.figures)), claim.runs[0].seed
    result = _train(claim, source, seed, out, say, quick=True)
    got = result.run.metrics()[-1][f"val_{name}"]
    return _looked_at(claim, name, f"val_{name}", got, result.seconds, quick=True)


def _checks(claim: Claim, source: str, out: Path, say: Progress) -> Iterator[Check]:
    results = [_train(claim, source, run.seed, out, say) for run in claim.runs]
    seconds = sum(result.seconds for result in results)
    for name in claim.figures:
        figure = f"{claim.split}_{name}"
        got = mean(result.figures()[figure] for result in results)
        yield _looked_at(claim, name, figure, got, seconds)


def _absent(claim: Claim, quick: bool) -> Iterator[Check]:
    for name in list(claim.figures)[: 1 if quick else None]:
        figure = f"val_{name}" if quick else f"{claim.split}_{name}"
        yield _looked_at(claim, name, figure, None, 0.0, quick)


def _looked_at(
    claim: Claim, name: str, figure: str, got: float | None, seconds: float, quick: bool = False
) -> Check:
    if quick:  # after two epochs nothing has to be beaten but the start of the log
        claimed, least, baseline = claim.early(name), claim.floor(name), None
    else:
        claimed, baseline = claim.figures[name], claim.baseline.get(name)
        least = claimed - claim.margin(name)
    return Check(claim.model, claim.data, figure, claimed, least, got, baseline, seconds)


def _train(
    claim: Claim, source: str, seed: int, out: Path, say: Progress, quick: bool = False
) -> Any:
    from tensorlite.training.progress import EpochLines
    from tensorlite.training.run import RunDirectory, run_name
    from tensorlite.training.session import prepare

    say(f"train   {claim.model} on {claim.data}, seed {seed}")
    given = {**claim.settings, "model": claim.model, "data": source, "seed": seed}
    session = prepare(Layer("the log", given))
    run = RunDirectory.create(out, run_name(claim.model, claim.data))
    stop = [_StopAfter()] if quick else []
    return session.fit(run, [EpochLines(say, session.decimals), *stop])
