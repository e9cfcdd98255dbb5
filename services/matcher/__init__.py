"""From a snapshot to answers: retrieve, judge, score, explain."""
