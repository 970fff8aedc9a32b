"""Forms of the statements room, a module for each noun."""
