"""Who says so: the speaker around a place in an article, the outlet that reports it and whom it had it from."""

from consumers.facts.attribution.reader import Attribution, AttributionReader

__all__ = ["Attribution", "AttributionReader"]
