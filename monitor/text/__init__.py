"""Text as rules see it: folding with offsets into the original, words, sentences."""
