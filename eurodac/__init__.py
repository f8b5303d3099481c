"""The registry: datasets, sequences, law, interoperability, detection."""
