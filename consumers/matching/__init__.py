"""From an article to its matches, and the loop that does it."""
