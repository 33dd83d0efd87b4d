"""What is there: facts with places, read through a snapshot. Nothing here judges."""
