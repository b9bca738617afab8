"""What `bsw score` and `bsw feedback` are made of: open work, flags, who is named, tables and pages."""
