"""The invented brokerage: its people, its importers, and what their books look like.

Nobody here exists. Business numbers carry a valid check digit and belong to the invention.
"""

from dataclasses import dataclass

PASSWORD = "maple-leaf-4417"
STAFF = (
    ("claire.dubois@northgate.example", "Claire Dubois", "administrator", "fr"),
    ("sam.okafor@northgate.example", "Sam Okafor", "analyst", "en"),
    ("mei.tanaka@northgate.example", "Mei Tanaka", "analyst", "en"),
    ("jonah.reid@northgate.example", "Jonah Reid", "viewer", "en"),
    ("nadia.roy@northgate.example", "Nadia Roy", "analyst", "fr"),
)
ASSIGNED = STAFF[1:3]  # to every importer; the others see theirs through client groups
OURS = "14987"  # the brokerage's account security number
KNOWN_FILERS = (
    ("14987", "ours", "Northgate Customs Brokers"),
    ("16234", "other_broker", "Harbour Street Brokerage"),
    ("19402", "courier", "Swift Parcel Canada"),
    ("11870", "importer", "Self-filed by the importer"),
)


@dataclass(frozen=True)
class Client:
    """One importer: how many lines a month, and how untidy its books are (0 to 1)."""

    legal_name: str
    bn9: str
    accounts: int
    lines: int
    untidy: float
    months: int
    language: str = "en"
    condition: str = ""  # "broken" or "unmapped": what its newest file is like
    finance: str = ""


MAPLE = Client(
    "Maple Furniture Inc.", "123456782", 2, 46, 0.06, 12, finance="finance@maplefurniture.example"
)
CASCADE = "110123452"  # where all is well
MAPLE_OWNER = ("olivia.chen@maplefurniture.example", "Olivia Chen")
INVITED_TO_MAPLE = (
    ("warehouse@maplefurniture.example", "operations", "en"),
    ("conformite@maplefurniture.example", "compliance", "fr"),
)
CLIENTS = (
    MAPLE,
    Client("Northern Optics Ltd.", "100000009", 1, 18, 0.0, 9, finance="ap@northernoptics.example"),
    Client("Érablière Beauce inc.", "102345675", 1, 14, 0.05, 8, "fr",
           finance="finances@erabliere-beauce.example"),
    Client("Prairie Seed Supply Co.", "103456786", 1, 22, 0.15, 6),
    Client("Pacific Bicycle Imports Ltd.", "104567896", 2, 25, 0.04, 6),
    Client("Distributions Lavoie ltée", "105678908", 1, 16, 0.1, 6, "fr"),
    Client("Great Lakes Tooling Corp.", "106789019", 1, 30, 0.02, 6, condition="broken"),
    Client("Halifax Marine Electronics Inc.", "107890121", 1, 12, 0.3, 5),
    Client("Yukon Outfitters Ltd.", "108901232", 1, 8, 0.0, 4),
    Client("Textiles Saint-Laurent inc.", "109012344", 1, 20, 0.08, 4, "fr", condition="unmapped"),
    Client("Cascade Medical Devices Inc.", CASCADE, 1, 15, 0.05, 3),
    Client("Red River Foods Ltd.", "111234563", 1, 10, 0.0, 1),
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """A client group: its importers by BN9, its staff by address, the lead first."""

    name: str
    note: str
    staff: tuple[str, ...]
    importers: tuple[str, ...]


GROUPS = (
    Group(
        "Québec et Atlantique",
        "Clients servis en français, et Halifax.",
        ("nadia.roy@northgate.example", "jonah.reid@northgate.example"),
        ("102345675", "105678908", "107890121", "109012344"),
    ),
    Group(
        "Western Canada",
        "The Vancouver office's book.",
        ("jonah.reid@northgate.example",),
        ("103456786", "104567896", "108901232", "110123452"),
    ),
)


@dataclass(frozen=True)
class Key:
    """An API key of one importer: what it may do, and how long ago it was made and used."""

    name: str
    bn9: str
    person: str
    grants: tuple[str, ...]
    days: int  # it still works
    call: str = ""  # what it was last used for


KEYS = (
    Key("Nightly upload from the ERP", MAPLE.bn9, "finance@maplefurniture.example",
        ("statement-files:write", "ledger-files:write", "match-runs:read"), 212,
        "POST /api/v1/ledger-files/"),
    Key("Month-end dashboard", MAPLE.bn9, "sam.okafor@northgate.example", ("*:read",), 9,
        "GET /api/v1/match-runs/"),
    Key("Treasury forecast", "100000009", "ap@northernoptics.example",
        ("deadlines:read", "statements:read"), 340),
)  # fmt: skip
