"""Reads: lists, pages, search. Never write, never commit; rows come from the selects of app/policy.py."""
