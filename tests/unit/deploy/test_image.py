"""deploy/Dockerfile: pinned, without root and secrets, and what it copies is all that is needed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.compose import TOP

DOCKERFILE = TOP / "deploy/Dockerfile"
INSTRUCTIONS = [
    (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
    for line in re.sub(r"\\\n\s*", " ", DOCKERFILE.read_text(encoding="utf-8")).splitlines()
    if line and not line.startswith("#")
]
COPIED = [
    source
    for word, rest in INSTRUCTIONS
    if word == "COPY" and not rest.startswith("--from=")
    for source in rest.split()[:-1]
]


def all_of(word: str) -> list[str]:
    return [rest for name, rest in INSTRUCTIONS if name == word]


def test_everything_copied_is_there_and_let_through() -> None:
    ignored = (DOCKERFILE.parent / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = [line.removeprefix("!") for line in ignored if line.startswith("!")]

    assert [source for source in COPIED if not (TOP / source).exists()] == []
    assert "*" in ignored
    assert let_through == COPIED


def test_it_stands_on_one_pinned_image_of_a_python_that_is_supported() -> None:
    images = {rest.split()[0] for rest in all_of("FROM")}
    (image,) = images
    version = re.fullmatch(r"python:(3\.\d+)\.\d+-slim", image)

    assert version is not None
    assert version[1] in {"3.11", "3.12", "3.13", "3.14"}


def test_what_is_installed_is_locked_by_hash() -> None:
    installs = [rest for rest in all_of("RUN") if "pip install" in rest]

    assert len(installs) == 2
    assert installs[0].endswith("--require-hashes --no-deps --requirement deploy/locks/run.txt")
    assert installs[1].endswith("--no-deps --no-build-isolation .")
    assert all(rest.startswith(("python -m venv ", "/opt/tocsin/bin/pip install ")) for rest in all_of("RUN"))


def test_it_runs_tocsin_as_nobody_in_particular() -> None:
    last_stage = INSTRUCTIONS[max(at for at, (word, _) in enumerate(INSTRUCTIONS) if word == "FROM") :]
    words = dict(last_stage)
    user, group = (int(part) for part in words["USER"].split(":"))

    assert user >= 10_000  # no user of the machine
    assert group >= 10_000
    assert json.loads(words["ENTRYPOINT"]) == ["tocsin"]  # itself, not a shell that would keep its signals
    assert words["STOPSIGNAL"] == "SIGTERM"
    assert "EXPOSE" not in words  # which ports depends on the stage
    assert {word for word, _ in INSTRUCTIONS} <= {
        "FROM",
        "RUN",
        "WORKDIR",
        "COPY",
        "ENV",
        "USER",
        "STOPSIGNAL",
        "CMD",
        "ENTRYPOINT",
    }


def test_it_holds_no_secret() -> None:
    assert re.findall(r"(?i)token|password|secret(?! )", " ".join(all_of("ENV") + all_of("RUN"))) == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as in the image, from a folder that holds what the image copies and nothing else."""
    folder = tmp_path_factory.mktemp("image")
    for source in COPIED:
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (TOP / source).is_dir() else shutil.copy
        copy(TOP / source, folder / source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--no-index"]
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", "made", "."],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (made,) = (folder / "made").glob("*.whl")
    return made


def test_the_image_holds_every_file_that_the_packages_have(wheel: Path) -> None:
    files = {
        path.relative_to(TOP).as_posix()
        for package in ("monitor", "consumers")
        for path in (TOP / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert files - set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_commands_of_the_image_start(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    said = subprocess.run(
        [sys.executable, "-m", "monitor.cli", "match", "--help"],  # all stages are of one file
        env={"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.startswith("Usage: tocsin match ")
