"""The databases of the register, for the tests of its migrations."""

from tests.eurodac.conftest import empty_engine, postgres

__all__ = ["empty_engine", "postgres"]
