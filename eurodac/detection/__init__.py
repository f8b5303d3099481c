"""Detection: timeline and rules; hints with evidence, never decisions."""
