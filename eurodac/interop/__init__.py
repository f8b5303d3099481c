"""Interoperability: system adapters, same and similar identities; ESP, sBMS, CIR, MID later."""
