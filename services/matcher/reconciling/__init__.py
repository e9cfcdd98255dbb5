"""Which record does a name mean? The W3C reconciliation API v0.2, for OpenRefine and scripts."""
