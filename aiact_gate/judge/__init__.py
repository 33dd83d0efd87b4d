"""What the evidence means: pure, reads no file."""
