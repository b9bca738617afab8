"""What `bsw check` is made of: its page, which columns and values are used, and codes that nobody reads."""
