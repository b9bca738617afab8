"""A synthetic talking-therapies service: a generative model of people, their care and what is recorded.

Read in this order: `mechanism` (the causal graph, drawn in docs/synthetic-mechanism.md), `assumptions` and
`fitted` (every other number), `settings` (what can be switched), `people` and `services` (who there is),
`episodes` with `agreeing` (from referral to discharge), `record_keeping` (what is written down of it), then the
tables of the standard that hold it, `submissions`, `dirt`, and `truth` (what nobody writes down).
"""
