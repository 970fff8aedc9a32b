"""The API's doors to the reconciliation room: runs, where everything ended, what people say."""
