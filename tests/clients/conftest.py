"""Importers as the stories of staff see them."""

from typing import Any

import pytest

from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer


@pytest.fixture
def everywhere(importer: Importer, stranger: Importer) -> Any:
    """The test sees both importers, as an administrator does."""
    with importer_scope(every_importer_id()):
        yield
