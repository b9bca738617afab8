"""What `bsw train` is made of besides learning: the look for leaks, and what is logged of it."""
