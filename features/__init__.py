"""What was known before a moment, turned into columns: records, facts, points, histories and predictors."""
