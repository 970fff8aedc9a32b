"""Keeping secrets out of notes: passwords, one-time codes, answers, tokens, card numbers.

Whoever helps with the CARM portal is told them sooner or later. They are never stored: the GCKey
is personal (CBSA, portal guide 1), and a broker that holds a client's sign-in acts as the client.
The rule reads words of both languages, and errs on the side of refusing where a word for a secret
is followed by something that looks like one; the same words in a sentence pass.
"""

import re
import unicodedata
from enum import StrEnum


class Secret(StrEnum):
    """What a text seems to hold."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    ONE_TIME_CODE = "one_time_code"
    SECURITY_ANSWER = "security_answer"
    SIGN_IN = "sign_in"
    TOKEN = "token"  # noqa: S105 - the name of a kind
    CARD_NUMBER = "card_number"


_SAYS = r"\s*(?:(?:\bis|\best)?\s*[:=→]|\bis\b|\bwas\b|\best\b|\bétait\b|->|-(?=\s))\s*"
_IS = r"\s*(?:[:=→]|->)\s*"
_QUOTED = r"[\"'“”«»‘’`]?\s*"
_NAME_OF_IT = (
    r"(?:pass\s?-?words?|pass\s?-?phrase|pass\s?-?code|passwd|pswd|pwd|p/w|\bpw|\bmdp|"
    r"mots? de passe|phrase (?:de )?passe|code secret|secret code|\bpass(?=\s*[:=]))"
)
_OF_WHAT = r"\s+(?:for|of|to|du|de|pour)(?:\s+[\w’']+){1,3}?"
# what follows such a word in an ordinary sentence
_SENTENCE = """
    reset changed change forgotten forgot expired expires expiry lost unknown none n/a na yes no
    done sent never policy rules required needed ok okay set updated created confirmed pending
    personal private locked unlocked working works see not to be by the a an on in for they client
    importer user owner he she we i new own only will must should and or safe secure kept shared
    renewed recovery problem issue help
    réinitialisé réinitialisée changé changée modifié modifiée oublié oubliée expiré expirée perdu
    perdue inconnu inconnue aucun aucune oui non fait faite envoyé envoyée jamais requis requise
    personnel personnelle privé privée verrouillé verrouillée bloqué bloquée créé créée confirmé
    confirmée à le la les un une par pour sur en dans du de des au aux client importateur
    utilisateur il elle nous on sera doit et ou conservé renouvelé problème voir ne n'a pas
    n'est
    two three both one several deux trois plusieurs toutes
"""
_HARMLESS = frozenset(_SENTENCE.split())
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\d{1,2}:\d{2}|\d{1,2}h\d{0,2}")

_OF_SIGN_IN = (
    r"(?:verification|(?<!account )security|access|log-?\s?in|sign-?\s?in|authentication|"
    r"authenticator|confirmation|one[- ]?time|single[- ]use|temporary|"
    r"(?:six|6)[- ]digit|sms|mfa|2fa|otp)"
)
_CODE_WORD = (
    rf"(?:\b{_OF_SIGN_IN}\s+(?:pass\s?-?)?(?:code|pin|number|token)|\botp\b|\bmfa\b|\b2fa\b|"
    r"\bpin(?:\s+(?:code|number))?\b|\bnip\b|"
    r"\bcode\s+(?:de\s+(?:vérification|sécurité|connexion|confirmation)|"
    r"d['’](?:accès|authentification)|à\s+(?:usage\s+unique|six\s+chiffres|6\s+chiffres)|unique|"
    r"temporaire|reçu|sms|mfa|otp|gckey|cl[ée]\s?gc|carm|gcra)|"
    r"\b(?:gckey|carm|portal|gcra|portail)\s+code)"
)
_DIGITS = r"(?:[A-Z]-)?\d{3}[\s-]?\d{3}(?!\d)|(?<!\d)\d{4,8}(?!\d)"
_ONE_TIME = re.compile(
    rf"{_CODE_WORD}[^\d\n]{{0,30}}?{_QUOTED}(?<!\d)(?:{_DIGITS})(?![\d-]*[-/]\d)", re.IGNORECASE
)
_BARE_CODE = re.compile(
    rf"(?<![\w-])(?:(?:my|your|her|his|their|the|mon|votre|son|leur|le)\s+)code{_SAYS}{_QUOTED}"
    r"\d{3}[\s-]?\d{3}(?!\d)",
    re.IGNORECASE,
)
_ONLY_CODE = re.compile(r"(?:[A-Z]-)?\d{3}[\s-]?\d{3}")

_QUESTION = (
    r"(?:(?:security|secret|recovery|challenge|affinity)\s+(?:question|answer)s?(?:\s*#?\d)?|"
    r"answers?\s+to\s+the\s+(?:\w+\s+)?questions?|"
    r"(?:question|réponse)s?\s+(?:secrète|de\s+sécurité|de\s+récupération|d['’]affinité)s?"
    r"(?:\s*\d)?|"
    r"réponses?\s+(?:à\s+la|aux)\s+questions?(?:\s+(?:secrète|de\s+sécurité)s?)?)"
)
_ANSWER = re.compile(rf"{_QUESTION}{_IS}{_QUOTED}(?P<value>[^\s\"'“”«»]+)", re.IGNORECASE)
_FAMILIAR = re.compile(
    r"(?:maiden\s+name|name\s+of\s+(?:my|your|her|his)\s+first\s+pet|first\s+pet(?:['’]s\s+name)?|"
    r"nom\s+de\s+(?:jeune\s+)?fille(?:\s+de\s+(?:ma|sa|la|votre)\s+mère)?|"
    rf"nom\s+de\s+(?:mon|son|votre)\s+premier\s+animal){_SAYS}\w+",
    re.IGNORECASE,
)

_ACCOUNT_WORD = (
    r"(?:gckey|gc\s?key|cl[ée]\s?gc|sign-?\s?in|log-?\s?in|credentials?|identifiants?|connexion|"
    r"carm(?:\s+portal)?(?:\s+access)?|portail(?:\s+gcra)?|portal|user(?:\s?name)?|utilisateur)"
)
_PAIR = re.compile(
    rf"\b{_ACCOUNT_WORD}\b[^:=\n]{{0,20}}[:=]\s*\S+?\s*(?:/|\||,|;|\s)\s*(?P<value>\S+)",
    re.IGNORECASE,
)
_USER_NAME = re.compile(
    r"\b(?:gckey|gc\s?key|cl[ée]\s?gc)\b.{0,15}?\b(?:user\s?-?(?:name|id)?|login|identifiant|"
    rf"nom\s+d['’]utilisateur)\b{_IS}{_QUOTED}(?P<value>[^\s\"'“”«»]+)",
    re.IGNORECASE,
)

_TOKENS = re.compile(
    r"(?:\bcarm_[0-9a-f]{8}_[\w-]{8,}|\bgh[opsu]_\w{20,}|\bgithub_pat_\w{20,}|\bsk[-_]\w[\w-]{16,}|"
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bxox[abprs]-[\w-]{10,}|\bAIza[\w-]{30,}|\bglpat-[\w-]{16,}|"
    r"\bwhsec_[\w+/=]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----|"
    r"\bBearer\s+[\w.~+/-]{16,}|://[^\s/:@]+:[^\s/@]+@)"
)
_NAMED_TOKEN = re.compile(
    r"(?:api[\s_-]?keys?|access[\s_-]?tokens?|auth(?:entication)?[\s_-]?tokens?|secret[\s_-]?keys?|"
    r"client[\s_-]?secret|\btoken|\bjetons?(?:\s+d['’](?:accès|api))?|cl[ée]s?\s+(?:d['’]|)api|"
    rf"cl[ée]\s+secrète)(?:{_SAYS}){_QUOTED}(?P<value>[\w.~+/=-]{{8,}})",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\w-])(?:\d[ -]?){14,15}\d(?![\w-])")
_PASSWORD = re.compile(rf"{_NAME_OF_IT}(?P<between>{_SAYS}|\s+){_QUOTED}(?P<value>\S+)", re.I)
_PASSWORD_OF = re.compile(
    rf"{_NAME_OF_IT}{_OF_WHAT}(?P<between>{_SAYS}){_QUOTED}(?P<value>\S+)", re.IGNORECASE
)
_CODED = re.compile(r"[!@#$%^&*?+=~§£€]")


def secret_in(text: str) -> Secret | None:
    """What kind of secret a text seems to hold; None when it seems to hold none.

    The text is only looked at: nothing of it is kept, returned or put in an error.
    """
    plain = _plain(text)
    if _TOKENS.search(plain) or _names_token(plain):
        return Secret.TOKEN
    if _tells_password(plain):
        return Secret.PASSWORD
    if _ONE_TIME.search(_without_days(plain)) or _BARE_CODE.search(plain):
        return Secret.ONE_TIME_CODE
    if _answers(plain):
        return Secret.SECURITY_ANSWER
    if _signs_in(plain):
        return Secret.SIGN_IN
    if any(_is_card(found[0]) for found in _CARD.finditer(plain)):
        return Secret.CARD_NUMBER
    return _alone(plain)


def _plain(text: str) -> str:
    """The same letters whatever they are written with, without what nobody sees."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(one for one in folded if unicodedata.category(one) != "Cf")


def _without_days(text: str) -> str:
    return _DAY.sub("-", text)


def _names_token(text: str) -> bool:
    return any(_is_mixed(found["value"]) for found in _NAMED_TOKEN.finditer(text))


def _tells_password(text: str) -> bool:
    return any(
        _looks_typed(found["value"], found["between"])
        for pattern in (_PASSWORD, _PASSWORD_OF)
        for found in pattern.finditer(text)
    )


def _bare(value: str) -> str:
    return value.strip(".,;:()[]\"'“”«»‘’` ")


def _looks_typed(value: str, between: str) -> bool:
    """Whether what follows the word for a password is one, and not the rest of a sentence."""
    bare = _bare(value)
    if not bare or bare.casefold() in _HARMLESS or _DAY.fullmatch(bare):
        return False
    if between.rstrip().endswith((":", "=", "→", "->")):
        return len(bare) >= 3
    return len(bare) >= 5 and _is_mixed(bare)


def _is_mixed(value: str) -> bool:
    """Letters with digits, with signs, or with capitals in the middle: no word of a sentence."""
    bare = _bare(value)
    if _DAY.fullmatch(bare) or not any(one.isalpha() for one in bare):
        return bool(_CODED.search(bare)) and any(one.isdigit() for one in bare)
    return bool(
        any(one.isdigit() for one in bare)
        or _CODED.search(bare)
        or re.search(r"[a-zà-ÿ][A-ZÀ-Þ]", bare)
    )


def _answers(text: str) -> bool:
    said = (_bare(found["value"]) for found in _ANSWER.finditer(text))
    given = (one for one in said if one and one.casefold() not in _HARMLESS)
    return bool(_FAMILIAR.search(text)) or any(not _DAY.fullmatch(one) for one in given)


def _signs_in(text: str) -> bool:
    """A user name with something typed behind it, or a GCKey's user name by itself."""
    if any(_bare(one["value"]).casefold() not in _HARMLESS for one in _USER_NAME.finditer(text)):
        return True
    return any(_is_strong(found["value"]) for found in _PAIR.finditer(text))


def _is_strong(value: str) -> bool:
    """Looks made up by a person or a machine to be hard to guess: letters and a sign or digit."""
    bare = value.strip(".,;:()[]\"'“”«»‘’`")
    if "@" in bare and "." in bare.partition("@")[2]:
        return False  # an address
    kinds = (str.islower, str.isupper, str.isdigit, lambda one: bool(_CODED.match(one)))
    found = sum(any(kind(one) for one in bare) for kind in kinds)
    return len(bare) >= 6 and found >= 3 and "-" not in bare and "/" not in bare


def _is_card(text: str) -> bool:
    """A payment card's number: 15 or 16 digits of a known issuer whose check digit fits."""
    digits = [int(one) for one in text if one.isdigit()]
    first = "".join(map(str, digits[:2]))
    is_issued = (len(digits) == 15 and first in ("34", "37")) or (
        len(digits) == 16 and first[0] in "2456"
    )
    doubled = (sum(divmod(2 * one, 10)) for one in digits[-2::-2])
    return is_issued and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _alone(text: str) -> Secret | None:
    """A line of nothing but a code or a password, as people paste them."""
    for line in (one.strip() for one in text.splitlines()):
        if _ONLY_CODE.fullmatch(line):
            return Secret.ONE_TIME_CODE
        is_word = line and not re.search(r"\s", line) and "://" not in line
        is_said = line.rstrip("?!").isalpha()  # “Which?”, “Merci!”
        if is_word and not is_said and _is_strong(line) and _CODED.search(line):
            return Secret.PASSWORD
    return None
