"""Needs in a place's own words, read as sectors and stages."""
