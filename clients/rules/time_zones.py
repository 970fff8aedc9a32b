"""The time zones a person may choose: Canada's first, east to west, then all others by name."""

from zoneinfo import available_timezones

CANADIAN_ZONES = (
    "America/St_Johns",
    "America/Halifax",
    "America/Glace_Bay",
    "America/Moncton",
    "America/Goose_Bay",
    "America/Blanc-Sablon",
    "America/Toronto",
    "America/Iqaluit",
    "America/Atikokan",
    "America/Winnipeg",
    "America/Rankin_Inlet",
    "America/Resolute",
    "America/Regina",
    "America/Swift_Current",
    "America/Edmonton",
    "America/Cambridge_Bay",
    "America/Inuvik",
    "America/Creston",
    "America/Dawson_Creek",
    "America/Fort_Nelson",
    "America/Vancouver",
    "America/Whitehorse",
    "America/Dawson",
)
_REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)
OTHER_ZONES = tuple(
    sorted(
        name
        for name in available_timezones()
        if name.partition("/")[0] in _REGIONS and name not in CANADIAN_ZONES
    )
)
TIME_ZONES = frozenset((*CANADIAN_ZONES, *OTHER_ZONES, "UTC"))
