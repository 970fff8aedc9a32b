"""carmsvc: CARM client services for a Canadian customs brokerage."""
