"""What addresses of several nouns begin with."""

OF_IMPORTER = "importers/<int:importer_id>/"
