"""Watch rules: their values (`model`, `tree`), the `language` people write, the `engine`, and `authoring`."""
