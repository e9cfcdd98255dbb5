"""The officer's portfolio: what a place is committed to, what it covers, and what to change."""
