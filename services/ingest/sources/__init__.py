"""One file per source of the default catalogue: packages and the project's tables to records."""
