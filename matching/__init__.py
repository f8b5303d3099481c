"""The matcher: biometric templates and identities, compared exactly and explained.

Pure: no database, no web, no law, no clock, no environment.
"""
