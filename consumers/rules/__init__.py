"""Watch rules: model, query language, loader, compiled rule set."""
