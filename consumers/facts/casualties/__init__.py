"""Casualty figures: how many were killed, wounded, captured or are missing, on which side, where, and who says so."""
