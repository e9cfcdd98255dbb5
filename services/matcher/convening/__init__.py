"""The convener's desk: rosters, screenings, cohorts and pairings, all exact."""
