"""The exact bounded search: the best rows for a question, without scoring every place."""
