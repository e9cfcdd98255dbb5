"""From files and requests to facts: check, upsert, embed, publish a snapshot."""
