"""Faces: image -> template -> comparison score; off until the law introduces it."""
