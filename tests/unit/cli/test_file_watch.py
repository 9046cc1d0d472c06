"""Changed files are noticed once, when whoever saves them is done."""

from __future__ import annotations

from pathlib import Path

from monitor.cli.file_watch import FileWatch, look_at


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_change_is_said_once_when_two_looks_agree(tmp_path: Path) -> None:
    write(tmp_path / "rules" / "a.yaml", "rules: []")
    loaded = look_at([tmp_path / "rules"])
    watch = FileWatch()
    said = [watch.has_settled_change(look_at([tmp_path / "rules"]), loaded)]
    write(tmp_path / "rules" / "a.yaml", "rules: [half")
    said.append(watch.has_settled_change(look_at([tmp_path / "rules"]), loaded))
    write(tmp_path / "rules" / "a.yaml", "rules: [half, whole]")
    said += [watch.has_settled_change(look_at([tmp_path / "rules"]), loaded) for _ in range(3)]

    assert said == [False, False, False, True, False]


def test_change_back_to_what_is_loaded_is_none(tmp_path: Path) -> None:
    loaded = look_at([tmp_path])
    watch = FileWatch()
    write(tmp_path / "new.yaml", "rules: []")
    watch.has_settled_change(look_at([tmp_path]), loaded)
    (tmp_path / "new.yaml").unlink()

    assert not watch.has_settled_change(look_at([tmp_path]), loaded)
    assert not watch.has_settled_change(look_at([tmp_path]), loaded)


def test_new_and_removed_files_in_a_folder_and_below_are_changes(tmp_path: Path) -> None:
    looks = [look_at([tmp_path])]
    write(tmp_path / "sub" / "b.yaml", "rules: []")
    looks.append(look_at([tmp_path]))
    write(tmp_path / "sub" / "notes.txt", "no rules")
    looks.append(look_at([tmp_path]))

    assert looks[0] != looks[1]
    assert looks[1] == looks[2]


def test_file_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    before = look_at([tmp_path / "subscriptions.yaml"])
    write(tmp_path / "subscriptions.yaml", "subscriptions: []")

    assert before == frozenset()
    assert len(look_at([tmp_path / "subscriptions.yaml"])) == 1
