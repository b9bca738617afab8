"""Depression, anxiety and their effect on daily life: how much, and which way it goes."""
