"""Sample quality -> accept or recapture, with the reason per finger."""
