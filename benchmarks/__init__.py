"""Studies that anyone can run again: what was measured, with the command that measures it."""
