"""A pause of the garbage collector, for work that makes many objects and no garbage. Knows nothing of the work."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_paused() -> Iterator[None]:
    """No search for garbage in the block.

    Reading the catalogue makes some 300,000 objects that all stay; the collector looks through them again and again,
    which takes longer than making them. Of the whole process: other threads collect nothing meanwhile, either.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def settle() -> None:
    """Let the collector look no more at what there is: for a worker that has read what it needs as long as it lives.

    A full collection over a compiled catalogue holds an article up for some 60 ms.
    """
    gc.collect()
    gc.freeze()
