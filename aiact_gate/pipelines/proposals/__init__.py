"""The texts that `init` writes: one module a file's kind. Pure: from what was found and answered to text."""
