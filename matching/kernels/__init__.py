"""Compiled kernels in plain C, loaded with ctypes, and their NumPy twins."""
