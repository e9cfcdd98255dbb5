"""A match as a paper for the mayor, as tables, and as a map."""
