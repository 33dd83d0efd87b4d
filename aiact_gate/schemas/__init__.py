"""The generated JSON Schemas (`python tools/generate.py`) and what `check` needs of them."""
