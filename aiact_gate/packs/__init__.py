"""Policies: loaded, compiled, linted and tested. `conditions` is the only importer of CEL."""
