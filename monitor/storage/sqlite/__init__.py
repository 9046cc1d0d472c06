"""The embedded back end: every port on one SQLite file, in one process. `open_embedded` is the way in."""

from monitor.storage.sqlite.embedded import EmbeddedReader, EmbeddedStore, open_embedded, open_reader

__all__ = ["EmbeddedReader", "EmbeddedStore", "open_embedded", "open_reader"]
