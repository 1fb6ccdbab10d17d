import json

import click

from tensorlite.testing import check_command


@click.command()
@click.argument("name", default="you")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def hello(name, as_json):
    """Say hello.

    Example: tensorlite hello me
    """
    text = f"hello {name}"
    click.echo(json.dumps({"text": text}) if as_json else text)


def check():
    check_command(hello, [], ["me"], ["--json"])
