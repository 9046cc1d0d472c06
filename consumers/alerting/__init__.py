"""From matches to alert revisions: stories and their decisions, and the loop."""
