"""Interoperability: system adapters now; ESP, sBMS, CIR and MID in later steps."""
