"""Reference data that ships with the project: the record standard and published figures. Never patients."""
