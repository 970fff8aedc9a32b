"""Pages of the delegation room."""
