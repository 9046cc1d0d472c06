"""What articles say happened, in numbers and names, and who says so: casualty figures and calls of leaders.

Deterministic and explainable: words and patterns are data of a language (`languages/`), the code walks them. Every
place that might be a fact is a `Candidate` with what it became and why.
"""
