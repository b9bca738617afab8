"""A synthetic talking-therapies service: a generative model of people, their care and what is recorded.

Read in this order: `assumptions` (every number), `people` and `services` (who there is), `episodes` (from
referral to discharge, with `doing`, the mechanism of between-session work), `recording` (what is written
down of it), then the tables of the standard that hold it, `submissions` and `dirt`.
"""
