"""How the work was planned: rationale, what, when, where, with whom, obstacles, written down, adapted, dose."""
