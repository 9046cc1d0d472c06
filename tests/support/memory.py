"""How much memory a process and its children hold (Linux)."""

from __future__ import annotations

import re
from pathlib import Path


def tree_pss_bytes(pid: int) -> int:
    """Proportional set size of a process and all below it, in bytes."""
    own = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    below = sum(
        tree_pss_bytes(int(child))
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    )
    return (int(own[1]) * 1024 if own else 0) + below
