"""All rules at once over one article: what they look for, one scan, and the conditions evaluated on its hits."""
