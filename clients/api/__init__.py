"""The API's doors to the clients room; what other rooms' doors stand on is in `doors`."""

from clients.api.doors import LARGEST_ID, NOT_SEEN, Door, IdFilter, ReadDoor

__all__ = ["LARGEST_ID", "NOT_SEEN", "Door", "IdFilter", "ReadDoor"]
