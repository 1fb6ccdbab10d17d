"""A search that learns from its trials and gives bad ones up early, through Optuna.

Optuna's storage holds the trials: a file in the folder of the search, which several workers on one
machine or on a shared disk append to, or a data base that machines reach over a network.
"""

from __future__ import annotations

from typing import Any

from tensorlite.errors import ConfigError
from tensorlite.training.search_plan import Plan, Trial
from tensorlite.training.space import Parameter
from tensorlite.training.sweep_folder import Sweep

_STARTUP = 5  # trials at random before it learns from them


class OptunaChooser:
    """Chooses by the tree-structured Parzen estimator; prunes what is below the median.

    Args:
        sweep: Where the runs are kept.
        plan: What is searched.

    Raises:
        ConfigError: If Optuna is not installed, or its storage cannot be opened.

    Source: Bergstra et al. 2011, "Algorithms for hyper-parameter optimization".
    """

    def __init__(self, sweep: Sweep, plan: Plan) -> None:
        self._optuna = _optuna()
        self._sweep, self._plan = sweep, plan
        self._asked: dict[int, Any] = {}
        self._distributions = {item.name: self._distribution(item) for item in plan.space}
        self._study = self._open()

    def claim(self) -> Trial | None:
        """Take a trial over whose worker has ended, or ask for a new one; None if all are begun."""
        with self._sweep.alone():
            asked = self._lost() or self._new()
            if asked is None:
                return None
            self._asked[asked.number] = asked
            trial = Trial(asked.number, _rounded(asked.params))
            self._sweep.keep(trial)
        return trial

    def report(self, trial: Trial, epoch: int, value: float) -> bool:
        """Tell the figure after an epoch; return whether it is below the median of the others."""
        asked = self._asked[trial.number]
        if epoch not in self._reported(asked):  # as it may be before a trial was broken off
            asked.report(value, epoch)
        return bool(asked.should_prune())

    def finish(self, trial: Trial) -> None:
        """Tell what came of a trial; one that diverged counts as given up."""
        asked = self._asked.pop(trial.number)
        for name in ("state", "epochs", "seconds", "reason", "value"):
            asked.set_user_attr(name, getattr(trial, name))
        if trial.state == "done":
            self._study.tell(asked, trial.value)
        else:
            self._study.tell(asked, state=self._optuna.trial.TrialState.PRUNED)
        self._sweep.keep(trial)
        self._sweep.release(trial.number)

    def trials(self) -> list[Trial]:
        """Return all trials that were begun, also those of other machines."""
        failed = self._optuna.trial.TrialState.FAIL, self._optuna.trial.TrialState.WAITING
        return [
            Trial(item.number, _rounded(item.params), **item.user_attrs)
            for item in self._study.get_trials(deepcopy=False)
            if item.state not in failed
        ]

    def _open(self) -> Any:
        optuna, plan = self._optuna, self._plan
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        storage: Any = plan.storage
        try:
            if not storage:
                journal = optuna.storages.journal
                file = journal.JournalFileBackend(str(self._sweep.path / "optuna.log"))
                storage = optuna.storages.JournalStorage(file)
            return optuna.create_study(
                storage=storage,
                study_name=self._sweep.name,
                direction="maximize" if plan.higher_is_better else "minimize",
                pruner=optuna.pruners.MedianPruner(n_startup_trials=_STARTUP, n_warmup_steps=1),
                load_if_exists=True,
            )
        except Exception as error:
            text = " ".join(str(error).split())
            message = f"Optuna cannot open its storage ({text:.200})."
            raise ConfigError(message, where=plan.storage or "optuna.log") from error

    def _new(self) -> Any | None:
        """Ask for the values of a new trial; None if there are as many as planned."""
        known = self.trials()
        if len(known) >= self._plan.trials:
            return None
        if not known and self._plan.start:
            self._study.enqueue_trial(self._plan.start, skip_if_exists=True)
        # Each trial has a seed of its own, so that a search that is resumed repeats nothing.
        count = len(self._study.get_trials(deepcopy=False))
        self._study.sampler = self._optuna.samplers.TPESampler(
            n_startup_trials=_STARTUP, seed=1000 * self._plan.seed + count
        )
        asked = self._study.ask(self._distributions)
        self._sweep.hold(asked.number)
        return asked

    def _lost(self) -> Any | None:
        """A trial whose worker has ended; of machines without this folder it cannot be told."""
        running = (self._optuna.trial.TrialState.RUNNING,)
        for item in self._study.get_trials(deepcopy=False, states=running):
            here = not self._plan.storage or self._sweep.read(item.number) is not None
            if here and self._sweep.hold(item.number):
                return self._optuna.trial.Trial(self._study, item._trial_id)
        return None

    def _reported(self, asked: Any) -> Any:
        (found,) = (t for t in self._study.get_trials(deepcopy=False) if t.number == asked.number)
        return found.intermediate_values

    def _distribution(self, item: Parameter) -> Any:
        kinds = self._optuna.distributions
        if item.choices:
            return kinds.CategoricalDistribution(item.choices)
        if item.whole:
            return kinds.IntDistribution(int(item.low), int(item.high), log=item.log)
        return kinds.FloatDistribution(item.low, item.high, log=item.log)


def _optuna() -> Any:
    try:
        import optuna
        import optuna.storages.journal
    except ImportError as error:
        raise ConfigError(
            "tpe needs Optuna, which is not installed.",
            where="--strategy",
            hint="pip install 'tensorlite[sweep]'   or   --strategy random",
        ) from error
    return optuna


def _rounded(params: dict[str, Any]) -> dict[str, Any]:
    """Four digits are enough, and can be typed."""
    return {k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in params.items()}
