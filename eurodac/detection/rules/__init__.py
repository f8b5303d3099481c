"""The rules of detection, one small pure function each: ``apply(case, rule) -> indicators``."""
