"""Pages of the clients room; what other rooms' pages ask stands in `asking`."""

from clients.views.asking import demand, demand_here, permissions, tell_refusal

__all__ = ["demand", "demand_here", "permissions", "tell_refusal"]
