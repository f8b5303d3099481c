"""Rules of law as data: typed rows from TOML tables, each with its article."""
