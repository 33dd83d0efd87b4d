"""What the commands do, each readable in one screen; nothing here prints."""
