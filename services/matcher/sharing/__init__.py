"""Two places of one country, or any two, looking at the same partners: shown on both's wish."""
