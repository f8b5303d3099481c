"""Every tuned constant of the matcher: value, unit, origin."""
