"""Training, calibration and measurement of the fingerprint first stage."""
