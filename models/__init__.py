"""Learn, explain, act and examine: outcome, splits, boosting, calibration, evaluation, flags, fairness."""
