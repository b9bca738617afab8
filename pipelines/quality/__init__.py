"""What `bsw check` is made of: its page, which columns are used, and codes that nobody reads."""
