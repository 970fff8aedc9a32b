"""Forms of the delegation room."""
