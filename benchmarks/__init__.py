"""Measurements: one file a question, each prints a table. `python -m benchmarks` asks them all."""
