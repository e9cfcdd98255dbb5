"""What keeps a server answering under load: limits, lanes, deadlines, an end in order."""
