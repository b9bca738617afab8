"""How care is delivered: wait, spacing, medium, length, time of day and year, and the service's other patients."""
