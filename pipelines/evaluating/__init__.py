"""What `bsw evaluate` is made of: what is examined, the heavier studies, its figures and its page."""
