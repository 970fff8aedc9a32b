"""Pages of the reconciliation room, a module for each noun."""
