"""Every page, asked by Django's client: who sees what, and what it says."""
