"""The API's doors to the delegation room."""
