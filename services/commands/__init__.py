"""The commands of `counterpart`, one file per group; `services/cli.py` puts them together."""
