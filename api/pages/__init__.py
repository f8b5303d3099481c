"""Officer pages: rendered on the server, one style sheet, no scripts at all."""

from api.pages.app import create_pages

__all__ = ["create_pages"]
