"""The web server's entry."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carmsvc.settings")

application = get_wsgi_application()

# what is loaded now stays: looking through it again and again took half of a long list's time
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
