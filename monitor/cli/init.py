"""`tocsin init`: a commented configuration to begin with."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from monitor.cli.main import FINE
from monitor.core.errors import UsageError

_DEFAULT_FOLDER = Path("tocsin")  # where the other commands look by themselves
_RULES = ("leaders", "war", "security", "politics", "filters", "terms")
_TEMPLATES = ("tocsin.yaml", "feeds.yaml", *(f"rules/{name}.yaml" for name in _RULES), "subscriptions.yaml")


@click.command(
    short_help="Write a commented configuration.", epilog="Example: tocsin init && tocsin feeds check && tocsin run"
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=_DEFAULT_FOLDER)
def init(folder: Path) -> int:
    """Write settings, feeds, sample rules and subscriptions into FOLDER (default: tocsin); overwrites nothing."""
    for path in write_configuration(folder):
        print(f"wrote {path}")
    settings = folder / "tocsin.yaml"
    option = "" if folder == _DEFAULT_FOLDER else f" --config {settings}"
    print(f"Set poll.contact in {settings}; then: tocsin feeds check{option} and tocsin run{option}")
    return FINE


def write_configuration(folder: Path) -> list[Path]:
    """Write the templates into `folder`, which is made when it is not there; the files written.

    Raises:
        UsageError: One of the files is there already (then nothing is written), or the folder cannot be written to.
    """
    paths = [folder / name for name in _TEMPLATES]
    try:
        there = [str(path) for path in paths if path.exists()]
        if there:
            raise UsageError(f"will not overwrite {', '.join(there)}; name another folder: tocsin init FOLDER")
        for name, path in zip(_TEMPLATES, paths, strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(template_text(name))
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}; name another folder") from error
    return paths


def template_text(name: str) -> str:
    """The text of a template that ships with the project."""
    return (resources.files("monitor.cli") / "templates" / name).read_text(encoding="utf-8")
