"""The HTTP front door and the officer pages."""
