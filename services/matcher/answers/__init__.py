"""What the matcher answers with, as the API document tells it (see `services/web/answers.py`)."""
