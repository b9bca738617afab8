"""The same case built by this project and by others, each script run as it stands: SCRIPT FOLDER OUT.

FOLDER holds points.parquet (point_id, patient, at), scores.parquet (patient, at and one column per score) and
asked.json (windows in days, and in how many days to take the points at once). OUT is point_id and, for every
score, window and summary, a column `SCORE_SUMMARY_FROM_TO`.
"""
