"""Template tags of the clients room."""
