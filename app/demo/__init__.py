"""Demo data: a believable technopark. Content lives here as plain data; only `load` writes it down."""

from .load import accounts, is_empty, is_loaded, load

__all__ = ["accounts", "is_empty", "is_loaded", "load"]
