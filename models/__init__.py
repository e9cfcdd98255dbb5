"""The shared vocabulary: what both services say, store and read. No HTTP, no ranking."""
