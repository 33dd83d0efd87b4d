"""The texts that people complete: manifest, records, packs. Pure: from what was found and answered to text; `init` puts them together."""
