"""Whose it is: people, importers (the tenants), their program accounts, who sees whom."""

from clients.models.access import (
    ClientGroup,
    GroupedImporter,
    GroupStaff,
    Invitation,
    InvitedTo,
    Membership,
    StaffAssignment,
)
from clients.models.calendar import CalendarFeed
from clients.models.client_lists import ClientList
from clients.models.contacts import CannedAnswer, Contact, ContactMessage, ReceivedLetter
from clients.models.document_packages import DocumentPackage
from clients.models.document_requests import DocumentRequest
from clients.models.documents import (
    Document,
    DocumentDestruction,
    DocumentHold,
    DocumentKind,
    DocumentVersion,
)
from clients.models.importer_contacts import ImporterContact
from clients.models.importers import BN9_PATTERN, BN15_PATTERN, Importer, ProgramAccount
from clients.models.notices import Notice, NoticeHours, NoticeMail, NoticePreference
from clients.models.onboarding import (
    ChecklistVersion,
    Onboarding,
    OnboardingComment,
    OnboardingEvent,
    OnboardingStep,
)
from clients.models.people import User, UserManager
from clients.models.portal import (
    PortalRole,
    PortalUser,
    PortalVerification,
    PortalVerificationLine,
)
from clients.models.readiness import ReadinessAnswer, ReadinessSnapshot
from clients.models.security import ReleaseStatus, SecurityAlert, SecurityInstrument
from clients.models.support import (
    SUPPORT_STATE_CHOICES,
    SUPPORT_STATE_WORDS,
    HelpWanted,
    SupportAttachment,
    SupportCategory,
    SupportMessage,
    SupportPriority,
    SupportRequest,
    SupportSource,
)

__all__ = [
    "BN9_PATTERN",
    "BN15_PATTERN",
    "SUPPORT_STATE_CHOICES",
    "SUPPORT_STATE_WORDS",
    "CalendarFeed",
    "CannedAnswer",
    "ChecklistVersion",
    "ClientGroup",
    "ClientList",
    "Contact",
    "ContactMessage",
    "Document",
    "DocumentDestruction",
    "DocumentHold",
    "DocumentKind",
    "DocumentPackage",
    "DocumentRequest",
    "DocumentVersion",
    "GroupStaff",
    "GroupedImporter",
    "HelpWanted",
    "Importer",
    "ImporterContact",
    "Invitation",
    "InvitedTo",
    "Membership",
    "Notice",
    "NoticeHours",
    "NoticeMail",
    "NoticePreference",
    "Onboarding",
    "OnboardingComment",
    "OnboardingEvent",
    "OnboardingStep",
    "PortalRole",
    "PortalUser",
    "PortalVerification",
    "PortalVerificationLine",
    "ProgramAccount",
    "ReadinessAnswer",
    "ReadinessSnapshot",
    "ReceivedLetter",
    "ReleaseStatus",
    "SecurityAlert",
    "SecurityInstrument",
    "StaffAssignment",
    "SupportAttachment",
    "SupportCategory",
    "SupportMessage",
    "SupportPriority",
    "SupportRequest",
    "SupportSource",
    "User",
    "UserManager",
]
