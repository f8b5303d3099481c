"""The registry in one process: what the command line, the API and the pages call.

Every method is one call of one actor: authorise, do the step in its own transaction, log. A call
that is refused is logged too. Comparison follows the stored transmission in a second transaction;
if the process dies between the two, the call that repeats it, or the next start, finishes it.
"""

from eurodac.service.opening import Service, initialise, open_service

__all__ = ["Service", "initialise", "open_service"]
