"""A policy-as-code gate for the EU AI Act."""

__version__ = "0.2.0"
