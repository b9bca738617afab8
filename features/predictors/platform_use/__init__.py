"""Use of the online programme: how often, how long, how lately."""
