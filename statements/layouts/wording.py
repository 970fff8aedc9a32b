"""Words as they are compared: without case, accents, punctuation and doubled spaces."""

import re
import unicodedata
from functools import lru_cache

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "°": "o", "º": "o", "№": "no"})


def without_accents(text: str) -> str:
    """The text with every accent left out, `févr.` as `fevr.`."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """What is compared: `N° de Transaction :` is `no de transaction`."""
    plain = without_accents(text).casefold()
    return _NOT_A_WORD.sub(" ", plain).strip()
