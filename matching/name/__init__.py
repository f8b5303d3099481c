"""Names in any script: read them, bring them to comparable forms, compare them, find them."""
