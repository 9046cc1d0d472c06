"""Feeds in: when to poll, how to fetch and parse, what is new."""
