"""One module per scenario: its name with ``-`` for ``_`` is the scenario's.

A scenario has a docstring whose first line says what it measures, ``add_arguments(parser)`` for
its options and ``run(args) -> Result``.
"""
