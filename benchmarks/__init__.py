"""Measurements: one file a question, each prints a table. `python -m benchmarks` asks them all."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
