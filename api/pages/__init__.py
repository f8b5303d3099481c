"""Officer pages, rendered on the server."""
