"""The report of a run: one HTML file with everything inside, readable without a network.

The page knows no task; what a task shows on it comes as sections, those about classes from here.
"""

from __future__ import annotations

import base64
import dataclasses
import io
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import tensorlite
from tensorlite.data import Dataset
from tensorlite.files import write_atomically
from tensorlite.training.metrics import ClassFigures, per_class
from tensorlite.training.progress import show_duration, show_figure
from tensorlite.training.svg import STYLE, confusion_chart, line_chart, standalone
from tensorlite.training.tasks import Section

if TYPE_CHECKING:
    from tensorlite.training.classification import ClassificationScores, Mistake
    from tensorlite.training.loop import Trainer
    from tensorlite.training.session import Result, Session


def write_report(session: Session, trainer: Trainer, result: Result) -> None:
    """Write ``report.html`` and ``plots/*.svg`` into the run directory."""
    curves = _curves(trainer)
    charts = {**curves, **session.task.charts(result.scores)}
    for name, chart in charts.items():
        write_atomically(result.run.path / "plots" / f"{name}.svg", standalone(chart))
    judged = session.parts.splits[result.judged_by]
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
    sentence = session.task.sentence(result.scores, result.baseline)
    judged = show_figure(monitor, result.scores.figures()[monitor], session.decimals)
    tiles = [
        (judged, f"{sentence} · {result.measured_on.phrase()}"),
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


def classification_sections(scores: ClassificationScores, dataset: Dataset) -> list[Section]:
    """Return confusion matrix, per-class table and worst images as parts of the report."""
    figures = per_class(scores.confusion, scores.classes)
    return [
        Section("Confusion matrix", confusion_chart(scores.confusion, scores.classes), wide=False),
        Section("Classes", _class_table(figures), wide=False),
        Section("Worst images", _worst_images(scores.worst_images(), dataset)),
    ]


def png_data(image: NDArray[Any]) -> str:
    """Turn an image ``(C, H, W)`` in 0..1 into a ``data:`` address of a PNG file."""
    from PIL import Image

    pixels = (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    grey = pixels.shape[0] == 1
    picture = Image.fromarray(pixels[0] if grey else np.moveaxis(pixels[:3], 0, 2))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _class_table(figures: list[ClassFigures]) -> str:
    head = "<tr><th>class<th>images<th colspan=2>recognised<th>precision<th>F1<th>taken for"
    return f"<table>{head}{''.join(map(_class_row, figures))}</table>"


def _class_row(item: ClassFigures) -> str:
    bar = f'<i class="bar"><i style="width:{100 * item.recall:.1f}%"></i></i>'
    numbers = f"<td>{100 * item.precision:.1f} %<td>{item.f1:.3f}"
    name, taken_for = escape(item.name), escape(item.taken_for) or "–"
    return (
        f"<tr><th>{name}<td>{item.count:,}<td>{bar}<td>{100 * item.recall:.1f} %"
        f"{numbers}<td>{taken_for}"
    )


def _worst_images(mistakes: list[Mistake], dataset: Dataset) -> str:
    if not mistakes:
        return "<p>None: every image was recognised.</p>"
    return f'<div class="images">{"".join(_figure(item, dataset) for item in mistakes)}</div>'


def _figure(mistake: Mistake, dataset: Dataset) -> str:
    truth, predicted = escape(mistake.truth), escape(mistake.predicted)
    source = png_data(dataset[mistake.index][0])
    title = f"image {mistake.index} of {escape(dataset.name)}"
    return (
        f'<figure title="{title}"><img src="{source}" alt="{truth}">'
        f"<figcaption>{truth} → <b>{predicted}</b> {100 * mistake.confidence:.0f} %</figcaption>"
        "</figure>"
    )


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
.large { grid-template-columns: repeat(auto-fill, minmax(180px, 1fr)); }
.large img { max-width: 260px; image-rendering: auto; }
img { width: 100%; max-width: 128px; border-radius: 4px; image-rendering: pixelated;
  display: block; }
pre { margin: 8px 0 0; font: 12.5px/1.45 ui-monospace, monospace; overflow-x: auto; }
details summary { cursor: pointer; font-size: 14px; } details table { margin-top: 8px; }
"""
