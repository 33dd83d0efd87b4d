"""Text to data with positions: YAML, JSON, Markdown. The only importer of yaml."""
