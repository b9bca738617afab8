"""One file per construct of the conceptual model; one function per predictor."""
