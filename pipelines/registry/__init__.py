"""Models outside memory: MLflow's store, their files, cards and code, and what stands under a name."""
