"""Sign-in and one's own account."""

from tests.walls.cases import OF_ONESELF, PUBLIC, SIGNED_IN, SIGNED_IN_IF_ANY, Case, Cases

OPEN = Case(get=PUBLIC, post=PUBLIC)
OWN = Case(get=SIGNED_IN, post=SIGNED_IN)
OWN_LOOK = Case(get=SIGNED_IN)
OWN_IF_ANY = Case(get=SIGNED_IN_IF_ANY, post=SIGNED_IN_IF_ANY)
PASSKEY = {"pk": lambda tenant: tenant.ids["passkey_id"]}
ANY_WAY = Case(get=SIGNED_IN, post=SIGNED_IN, delete=SIGNED_IN)

CASES: Cases = {
    "account_login": OPEN,
    "account_logout": OPEN,
    "account_inactive": Case(get=PUBLIC),
    "account_reset_password": OPEN,
    "account_reset_password_done": Case(get=PUBLIC),
    "account_reset_password_from_key": Case(
        get=PUBLIC, post=PUBLIC, at={"uidb36": "1", "key": "none"}
    ),
    "account_reset_password_from_key_done": Case(get=PUBLIC),
    "account_confirm_email": Case(get=PUBLIC, post=PUBLIC, at={"key": "none"}),
    "account_email_verification_sent": Case(get=PUBLIC),
    "account_set_password": Case(get=PUBLIC, post=PUBLIC, delete=PUBLIC),
    "account_signup": Case(get=PUBLIC, post=PUBLIC, delete=PUBLIC),
    "openid_connect_login": OPEN,
    "openid_connect_callback": Case(get=PUBLIC),
    "set_language": Case(post=PUBLIC),
    "mfa_authenticate": OPEN,
    "mfa_login_webauthn": OPEN,
    "account_email": OWN,
    "account_change_password": OWN,
    "account_reauthenticate": OWN,
    "mfa_reauthenticate": OWN,
    "mfa_reauthenticate_webauthn": OWN,
    "mfa_activate_totp": OWN,
    "mfa_deactivate_totp": OWN_IF_ANY,
    "mfa_view_recovery_codes": OWN_IF_ANY,
    "mfa_generate_recovery_codes": OWN,
    "mfa_download_recovery_codes": OWN_IF_ANY,
    "mfa_index": ANY_WAY,
    "mfa_list_webauthn": ANY_WAY,
    "mfa_add_webauthn": OWN,
    "profile": OWN,
    "security": OWN_LOOK,
    "second-factor": OWN_LOOK,
    "mfa_edit_webauthn": Case(get=OF_ONESELF, post=OF_ONESELF, at=PASSKEY),
    "mfa_remove_webauthn": Case(get=OF_ONESELF, post=OF_ONESELF, at=PASSKEY),
    "session-ending": Case(post=OF_ONESELF),
    "sign-out-everywhere": Case(post=SIGNED_IN),
    # what machines look for
    "security-txt": Case(get=PUBLIC),
    "robots-txt": Case(get=PUBLIC),
    "change-password": Case(get=PUBLIC),
}
