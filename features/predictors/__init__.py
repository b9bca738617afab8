"""One file per construct of the conceptual model, or a folder where it has many predictors; one function each."""
