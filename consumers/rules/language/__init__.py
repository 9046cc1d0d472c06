"""From YAML to rules: the files, their conditions and queries, and what is wrong in them. Matches nothing."""
