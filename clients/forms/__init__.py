"""Forms of the clients room, a module for each noun."""
