"""Tags of the delegation room."""
