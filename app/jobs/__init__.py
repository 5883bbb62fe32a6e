"""The tasks behind the names that app/queue.py defers. Each loads its rows anew and calls one action or delivery."""
