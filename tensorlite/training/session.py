"""One training from start to end: settings become data, model and optimizer, then a run directory.

``prepare`` builds everything and finds every mistake that can be found before the first step;
``Session.fit`` trains, judges the best weights once and writes the report.
"""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tensorlite
from tensorlite import registry
from tensorlite.calling import noting_uses
from tensorlite.data.cache import cached
from tensorlite.data.source import absent_classes
from tensorlite.errors import ConfigError
from tensorlite.training.averaging import Averages
from tensorlite.training.building import (
    build_callbacks,
    build_model,
    build_optimizer,
    build_schedule,
    class_weights,
    evaluation_batches,
    model_parts,
    rehearse,
    training_batches,
)
from tensorlite.training.callbacks import run_files
from tensorlite.training.checkpoint import Description, load_checkpoint
from tensorlite.training.config import Config, Layer, resolve
from tensorlite.training.durations import seconds
from tensorlite.training.environment import environment, plugin_sources, use_threads
from tensorlite.training.finetuning import begin, freezing, with_frozen
from tensorlite.training.inputs import Inputs, Parts
from tensorlite.training.loop import Trainer, evaluate
from tensorlite.training.provenance import Provenance, provenance
from tensorlite.training.recipes import Recipe, read_recipe
from tensorlite.training.resizing import ImageSizes
from tensorlite.training.result import Result
from tensorlite.training.resuming import Resumption, put_back
from tensorlite.training.run import MODEL, START, RunDirectory, relative_path, run_name
from tensorlite.training.settings import Settings
from tensorlite.training.state import restore
from tensorlite.training.tasks import Task, create_task
from tensorlite.training.trained import load_weights
from tensorlite.training.transfer import LoadReport

if TYPE_CHECKING:
    from tensorlite.data import Data, DataLoader, Dataset
    from tensorlite.nn import Module


@dataclass(frozen=True)
class Session:
    """Everything that a training needs, ready for its first step; made by ``prepare``."""

    config: Config
    recipe: Recipe
    data: Data
    parts: Parts
    inputs: Inputs
    task: Task
    model: Module
    optimizer: Any
    schedule: Any
    batches: DataLoader[Any]
    callbacks: Sequence[Any]
    threads: int
    load: LoadReport | None = None
    provided: Sequence[Provenance] = ()  # by plugins

    def fit(
        self,
        run: RunDirectory,
        callbacks: Sequence[Any] = (),
        plugins: Sequence[str] = (),
        resumed: Resumption | None = None,
    ) -> Result:
        """Train, judge the best weights once, and write everything into the run directory.

        Args:
            run: A run directory; a new one, or that of ``resumed``.
            callbacks: Called before those that write the run's files.
            plugins: Files and modules that ``--plugin`` named; ``env.json`` keeps their digests.
            resumed: What the run goes on from.

        Raises:
            KeyboardInterrupt: On Ctrl-C, after the weights so far were saved.
            DivergedError: If the loss is no longer finite.
        """
        with run.locked():
            try:
                result = self._fit(run, callbacks, plugins, resumed)
            except BaseException as error:
                run.settle("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
                raise
            run.status = "done"
        return result

    def _fit(
        self,
        run: RunDirectory,
        callbacks: Sequence[Any],
        plugins: Sequence[str],
        resumed: Resumption | None,
    ) -> Result:
        from tensorlite.training.report import write_report

        trainer = self._trainer(run, callbacks)
        if resumed is not None:
            if resumed.state is not None:
                where = os.fspath(resumed.path)
                restore(trainer, resumed.state, resumed.changed, where)
            run.status = "running"
            put_back(run, resumed)
        self.write_settings(run, plugins, resumed)
        trainer.fit()
        result = self._judge(run, trainer)
        run.write_json("result.json", result.to_dict())
        write_report(self, trainer, result)
        return result

    def write_settings(
        self, run: RunDirectory, plugins: Sequence[str] = (), resumed: Resumption | None = None
    ) -> None:
        """Write what the run is: settings, machine, versions, and each time that it went on."""
        run.write_settings(self._stored(run))
        before = run.read_json("env.json") if resumed else {}
        now = self._environment(run, plugins)
        if before and resumed:
            again = f"{resumed.line()} · {shlex.join(now['command'])}"
            now = {**before, "resumed": [*before.get("resumed", ()), again]}
        run.write_json("env.json", now)
        if self.load is not None and not resumed:
            run.write_json("load.json", self.load.to_dict())

    def name(self) -> str:
        """Return a name for its run: when, what, on which data."""
        return run_name(self.config.settings.model, self.data.name)

    @property
    def decimals(self) -> int:
        """Decimals of a percentage that the validation part justifies."""
        return 2 if len(self.parts.val) >= 2000 else 1

    def figure_names(self) -> list[str]:
        """Return the names of all figures that the result will have."""
        names = list(self.task.scores().figures())
        parts = dict.fromkeys(("val", self.parts.judged_by))
        return ["train_loss", *(f"{part}_{name}" for part in parts for name in names)]

    def data_line(self) -> str:
        """Say what is learned from."""
        line = self.data.sentence()
        if self.config.settings.overfit:
            line += f" · only {len(self.parts.train):,} images, learned and validated alike"
        elif self.config.settings.limit_train:
            line += f" · only {len(self.parts.train):,} of them learned"
        if self.parts.carved:
            line += f" · {len(self.parts.val):,} of train kept for validation"
        adaptation = self.parts.train.adaptation
        return f"{line} · {adaptation}" if adaptation else line

    def model_line(self) -> str:
        """Say what is trained, and how."""
        settings = self.config.settings
        summary = tensorlite.summary(self.model, self.inputs.shape)
        epochs = f"{settings.epochs} epoch{'s' * (settings.epochs != 1)}"
        how = f"{settings.optimizer}, {settings.schedule}, {epochs}"
        recipe = f"recipe {self.recipe.name}" if self.recipe.name else "no recipe"
        return (
            f"{settings.model} · {summary.parameters:,} parameters · "
            f"{summary.macs / 1e6:.2f} M multiply-adds per image · "
            f"{recipe} ({how}, batch {settings.batch_size})"
        )

    def _trainer(self, run: RunDirectory, callbacks: Sequence[Any]) -> Trainer:
        settings = self.config.settings
        # The state is written last: whatever the other callbacks did is part of it.
        files = run_files(run.path, settings.save_every, asdict(settings))
        return Trainer(
            self.model,
            self.task,
            self.inputs,
            self.optimizer,
            self.schedule,
            self.batches,
            evaluation_batches(self.parts.val, settings.workers),
            epochs=settings.epochs,
            description=self._description(),
            callbacks=[*callbacks, *self.callbacks, *files],
            accumulate=settings.accumulate,
            clip_norm=settings.clip_norm,
            averages=Averages(self.model, settings.ema) if settings.ema else None,
            resize=ImageSizes(settings.image_sizes),
            folder=run.path,
            time_limit=seconds(settings.time_limit) if settings.time_limit else math.inf,
        )

    def _judge(self, run: RunDirectory, trainer: Trainer) -> Result:
        load_weights(self.model, load_checkpoint(run.best).arrays, str(run.best))
        name = self.parts.judged_by
        batches = evaluation_batches(self.parts.splits[name], self.config.settings.workers)
        scores = evaluate(self.model, self.task, self.inputs, batches)
        chosen = trainer.best_epoch, trainer.best
        measured_on = self.parts.measured_on(name)
        baseline = self.task.baseline(self.parts.train, self.parts.splits[name])
        seconds = trainer.seconds
        return Result(run, len(trainer.history), *chosen, measured_on, scores, baseline, seconds)

    def _description(self) -> Description:
        settings = self.config.settings
        return Description(
            # Of a file, the copy in the run: the same name before and after a break.
            model=MODEL if settings.model.endswith(".toml") else settings.model,
            options=settings.model_options,
            task=self.task.name,
            classes=list(self.parts.train.classes),
            inputs=self.inputs.to_dict(),
            data=self.data.name,
            version=tensorlite.__version__,
            plugins=list(self.provided),
        )

    def _stored(self, run: RunDirectory) -> Settings:
        """Settings with the path to the data as seen from the run, so that both can move."""
        settings = replace(self.config.settings, recipe="none")  # its values are all in here
        if settings.model.endswith(".toml"):
            settings = replace(settings, model=run.keep(settings.model, MODEL))
        if settings.start:
            settings = replace(settings, start=run.keep(settings.start, START))
        if settings.data in registry.datasets:
            return settings
        return replace(settings, data=relative_path(settings.data, run.path))

    def _environment(self, run: RunDirectory, plugins: Sequence[str]) -> dict[str, Any]:
        return {
            **environment(self.threads),
            "requested": plugin_sources(plugins, run.path),
            "provided": list(self.provided),
            "origins": dict(self.config.origins),
            "recipe": self.recipe.name,
        }


def prepare(
    *layers: Layer,
    built: Callable[[Session], None] = lambda session: None,
    before_run: Callable[[], None] = lambda: None,
    decoding: Callable[[int, int], None] | None = None,
) -> Session:
    """Turn settings into everything that a training needs.

    Args:
        *layers: Settings, the strongest first; one of them names the model. The model's recipe
            is weaker than all of them.
        built: Called with the session when every name and option is right.
        before_run: Called when every name and option is right, before the model first runs.
        decoding: Called with the pictures of a split that are decoded, and with all of them,
            where pictures have to be decoded before the training.

    Raises:
        TensorliteError: For every mistake that can be found before the first step.
    """
    with noting_uses() as uses:
        config, recipe, data = configure(*layers)
        session = _build(config, recipe, data, partial(cached, progress=decoding))
    session = replace(session, provided=provenance(uses))
    built(session)
    before_run()
    rehearse(config.settings, session.batches, session.inputs, session.model, session.task)
    return session


def configure(*layers: Layer) -> tuple[Config, Recipe, Data]:
    """Open the data and add the model's recipe for it to what was told.

    Args:
        *layers: Settings, the strongest first; one of them names the model.

    Raises:
        TensorliteError: If a setting, the model or the data is not there.
    """
    from tensorlite.data import open_data

    given = resolve(*layers).settings
    if not given.model:
        raise ConfigError("expected a model, got none.", hint="tensorlite models")
    path = registry.models.info(given.model).details.get("recipe")
    data = open_data(given.data, skip_bad=given.skip_bad)
    recipe = read_recipe(Path(path) if path else None, data.name, given.recipe)
    return resolve(*layers, *recipe.layers), recipe, data


def _build(
    config: Config, recipe: Recipe, data: Data, keep: Callable[[Dataset], Dataset]
) -> Session:
    settings = config.settings
    task = str(registry.models.info(settings.model).details.get("task", "classification"))
    threads = use_threads(settings.threads)
    parts = model_parts(data, settings, keep)
    if parts.carved:
        data = replace(data, notes=(*data.notes, *absent_classes("val", parts.val)))
    classes, shape = parts.train.classes, parts.train.image_shape
    model = build_model(settings.model, len(classes), shape, settings.model_options, settings.seed)
    load, held = begin(model, settings, classes), freezing(model, settings)
    if load and held:
        load = with_frozen(load, held, model, settings)
    batches = training_batches(settings, parts.train)
    optimizer = build_optimizer(settings, model)
    weighted = replace(settings, class_weights=class_weights(settings, parts.train))
    return Session(
        config=config,
        recipe=recipe,
        data=data,
        parts=parts,
        inputs=Inputs.measure(parts.train),
        task=create_task(task, weighted, classes, shape),
        model=model,
        optimizer=optimizer,
        schedule=build_schedule(settings, optimizer, len(batches)),
        batches=batches,
        callbacks=[*([held] if held else []), *build_callbacks(settings)],
        threads=threads,
        load=load,
    )
