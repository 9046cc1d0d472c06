"""The live page, the API, the event stream, metrics and health."""
