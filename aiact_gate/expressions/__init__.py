"""Conditions: the engine that evaluates them (the only importer of CEL), and their trees."""
