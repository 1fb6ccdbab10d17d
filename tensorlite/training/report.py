"""The report of a run: one HTML file with everything inside, readable without a network."""

from __future__ import annotations

import dataclasses
from html import escape
from typing import TYPE_CHECKING, Any

import tensorlite

from .files import write_atomically
from .progress import show_duration, show_figure
from .svg import STYLE, line_chart, standalone
from .tasks import Section

if TYPE_CHECKING:
    from .loop import Trainer
    from .session import Result, Session


def write_report(session: Session, trainer: Trainer, result: Result) -> None:
    """Write ``report.html`` and ``plots/*.svg`` into the run directory."""
    curves = _curves(trainer)
    charts = {**curves, **session.task.charts(result.scores)}
    for name, chart in charts.items():
        write_atomically(result.run.path / "plots" / f"{name}.svg", standalone(chart))
    judged = session.parts.named(result.judged_by)
    sections = [
        Section("Curves", f'<div class="charts">{"".join(curves.values())}</div>'),
        *session.task.sections(result.scores, judged),
        Section("Model", _model_table(session)),
        Section("Configuration", _configuration(session)),
        Section("Environment", _environment(result)),
    ]
    write_atomically(result.run.path / "report.html", _page(session, result, sections))


def _page(session: Session, result: Result, sections: list[Section]) -> str:
    settings = session.config.settings
    title = f"{settings.model} on {session.data.name}"
    body = "".join(map(_section, sections))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_CSS}{STYLE}</style>"
        f"<header><h1>{escape(title)}</h1><p>{escape(result.run.name)} · "
        f"{escape(session.data.sentence())}</p></header>"
        f'<div class="tiles">{_tiles(session, result)}</div><main>{body}</main>'
        f"<footer>tensorlite {tensorlite.__version__}</footer></html>\n"
    )


def _section(part: Section) -> str:
    style = "" if part.wide else ' class="half"'
    return f"<section{style}><h2>{escape(part.title)}</h2>{part.html}</section>"


def _tiles(session: Session, result: Result) -> str:
    monitor = session.task.monitor
    parameters = sum(value.numel() for value in session.model.parameters())
    judged = show_figure(monitor, result.scores.figures()[monitor], session.decimals)
    tiles = [
        (judged, f"{result.judged_by}: {session.task.sentence(result.scores)}"),
        (f"epoch {result.best_epoch}", f"of {result.epochs} was the best on val"),
        (f"{parameters:,}", "parameters"),
        (show_duration(result.seconds), f"of training on {session.threads} threads"),
    ]
    if result.judged_by != "val":
        best = show_figure(monitor, result.best[f"val_{monitor}"], session.decimals)
        tiles[1] = (best, f"on val at epoch {result.best_epoch} of {result.epochs}, the best")
    return "".join(
        f"<div><b>{escape(value)}</b><span>{escape(text)}</span></div>" for value, text in tiles
    )


def _curves(trainer: Trainer) -> dict[str, str]:
    """Losses in one chart, the watched figure and the learning rate in one each."""
    history, mark = trainer.history, trainer.best_epoch
    column = {name: [row[name] for row in history] for name in history[0]}
    monitor = f"val_{trainer.task.monitor}"
    losses = {"train": column["train_loss"]}
    if "val_loss" in column:
        losses["val"] = column["val_loss"]
    share = all(0 <= value <= 1 for value in column[monitor])
    return {
        "loss": line_chart(losses, "Loss", mark=mark),
        trainer.task.monitor: line_chart(
            {"val": column[monitor]}, monitor, percent=share, mark=mark
        ),
        "lr": line_chart({"lr": column["lr"]}, "Learning rate"),
    }


def _model_table(session: Session) -> str:
    text = str(tensorlite.summary(session.model, session.inputs.shape))
    return f"<details open><summary>Layers</summary><pre>{escape(text)}</pre></details>"


def _configuration(session: Session) -> str:
    rows = [
        (name, value, session.config.origin(name))
        for name, value in dataclasses.asdict(session.config.settings).items()
    ]
    cells = "".join(
        f"<tr{' class=faint' if origin == 'default' else ''}><th>{name}"
        f"<td class=text>{escape(_show(value))}<td class=text>{escape(origin)}"
        for name, value, origin in rows
    )
    return f"<table><tr><th>setting<th class=text>value<th class=text>from</tr>{cells}</table>"


def _environment(result: Result) -> str:
    items = {
        name: value
        for name, value in result.run.read_json("env.json").items()
        if name not in ("origins", "recipe")
    }
    cells = "".join(
        f"<tr><th>{escape(name)}<td class=text>{escape(_show(value))}"
        for name, value in items.items()
    )
    return f"<details><summary>Machine and versions</summary><table>{cells}</table></details>"


def _show(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {item}" for key, item in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(_show_item, value)) or "–"
    return str(value)


def _show_item(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    options = ", ".join(f"{key}={value}" for key, value in item.items() if key != "name")
    return f"{item['name']}({options})" if options else str(item["name"])


_CSS = """
:root { color-scheme: light dark; --page: #f5f6f7; --card: #fff; --text: #1f2328; --soft: #6b7280;
  --rule: #e3e5e8; --accent: #2563c9; }
@media (prefers-color-scheme: dark) { :root { --page: #0e1013; --card: #16191d; --text: #e6e8eb;
  --soft: #9aa1ab; --rule: #2b3036; --accent: #5b9bf3; } }
* { box-sizing: border-box; }
body, html { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 1240px; margin: auto; padding: 24px 20px 40px; }
h1 { font-size: 26px; margin: 0; letter-spacing: -.01em; } h2 { font-size: 17px; margin: 0 0 12px; }
header p, footer, .tiles span, details summary, figcaption { color: var(--soft); }
header p { margin: 2px 0 18px; font-size: 14px; } footer { margin-top: 24px; font-size: 13px; }
.tiles { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); }
.tiles div, section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
  padding: 16px 18px; }
.tiles b { display: block; font-size: 26px; font-weight: 650; font-variant-numeric: tabular-nums; }
.tiles span { font-size: 13px; } section { overflow-x: auto; min-width: 0; }
main { display: grid; gap: 14px; grid-template-columns: 1fr 1fr; margin-top: 14px; }
section { grid-column: span 2; } .half { grid-column: span 1; }
@media (max-width: 860px) { .half { grid-column: span 2; } }
.charts { display: grid; gap: 12px 24px;
  grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); }
section svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 18px 4px 0; text-align: right; border-bottom: 1px solid var(--rule);
  font-weight: 400; vertical-align: top; }
th:first-child { text-align: left; font-weight: 600; white-space: nowrap; }
tr:first-child th { color: var(--soft); font-weight: 400; }
td:not(.text) { white-space: nowrap; }
.text { text-align: left; overflow-wrap: anywhere; } .faint > * { color: var(--soft); }
.bar { display: block; width: 110px; height: 8px; margin-top: 7px; border-radius: 4px;
  background: var(--rule); overflow: hidden; }
.bar i { display: block; height: 100%; background: var(--accent); }
@media (max-width: 560px) { .bar { width: 44px; } th, td { padding-right: 9px; } }
.images { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }
figure { margin: 0; } figcaption { font-size: 12px; margin-top: 3px; }
figcaption b { color: var(--text); }
img { width: 100%; max-width: 128px; border-radius: 4px; image-rendering: pixelated;
  display: block; }
pre { margin: 8px 0 0; font: 12.5px/1.45 ui-monospace, monospace; overflow-x: auto; }
details summary { cursor: pointer; font-size: 14px; } details table { margin-top: 8px; }
"""
