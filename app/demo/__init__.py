"""Demo data: a believable technopark. Content lives here as plain data; only `load` writes it down."""
