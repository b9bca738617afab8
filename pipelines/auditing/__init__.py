"""What `bsw audit` is made of: its table, its parts, its figures and its pages."""
