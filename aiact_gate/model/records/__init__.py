"""The kinds of records: one module a kind, each a pydantic model. Facts that the gate computes are in `model.facts`."""
