"""What the matcher answers with, as the API document describes it (see `services/answers.py`)."""
