"""How good the matches are: truth files, metrics, baselines, learning. Never read at run time."""
