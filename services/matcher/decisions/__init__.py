"""What was answered and decided: records, replay, differences, outcomes, and the audit log."""
