"""Transmission in: bytes of a Member State -> a validated dataset and its capture.

Three steps, each pure: ``read_message`` applies the shape and the law to the alphanumeric data,
``read_nist`` turns an ANSI/NIST-ITL file into the same message, ``read_capture`` decodes, extracts
and quality-checks the biometrics. Nothing is stored here, and whatever is refused is refused with
the field and the article.
"""

from eurodac.transmission.capture import read_capture
from eurodac.transmission.identity import read_identity
from eurodac.transmission.message import Transmission, read_amendment, read_message
from eurodac.transmission.nist import read_nist, write_nist
from eurodac.transmission.parts import read_fingers, read_recapture, read_scan

__all__ = [
    "Transmission",
    "read_amendment",
    "read_capture",
    "read_fingers",
    "read_identity",
    "read_message",
    "read_nist",
    "read_recapture",
    "read_scan",
    "write_nist",
]
