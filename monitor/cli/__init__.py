"""The `tocsin` commands and the wiring; the only place in `monitor` that may import `consumers`."""
