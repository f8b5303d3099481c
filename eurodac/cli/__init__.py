"""The command line ``eurodac``.

Exit codes: 0 done; 1 refused (by law, by the state of the data, or some lines of an import);
2 wrong usage; 3 not ready (no registry, no key, server not reachable).
"""

from eurodac.cli.app import app, main

__all__ = ["app", "main"]
