"""The edge: files, clock, MLflow and the command line. One module per step: read, call, write."""
