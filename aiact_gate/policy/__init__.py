"""Policies: packs compiled, layered and loaded. Nothing here judges."""
