"""Follow alerts from a Python program."""
