"""What a change loosens against its base: one answer to "looser" for rules, records and the manifest; reads no file."""
