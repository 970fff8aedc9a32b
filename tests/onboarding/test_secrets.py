"""Keeping secrets out of notes: what is refused, and what people write every day and may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.rules.onboarding_checklist import shipped
from clients.rules.secrets import Secret, secret_in

REFUSED = [
    (Secret.PASSWORD, "password: hunter2"),
    (Secret.PASSWORD, "Password is Soleil2026!"),
    (Secret.PASSWORD, "pwd=abc123"),
    (Secret.PASSWORD, "pw: hunter"),
    (Secret.PASSWORD, "mot de passe : Érable2026"),
    (Secret.PASSWORD, "Le mot de passe est Soleil2026!"),
    (Secret.PASSWORD, "mdp Soleil2026"),
    (Secret.PASSWORD, "mdp: soleil"),
    (Secret.PASSWORD, "passphrase = correct horse battery staple"),
    (Secret.PASSWORD, "PASSWORD:hunter2"),
    (Secret.PASSWORD, "ｐａｓｓｗｏｒｄ: hunter2"),
    (Secret.PASSWORD, "pass\u200bword: hunter2"),
    (Secret.ONE_TIME_CODE, "verification code 482913"),
    (Secret.ONE_TIME_CODE, "Your verification code is 482 913"),
    (Secret.ONE_TIME_CODE, "one-time code: 482913"),
    (Secret.ONE_TIME_CODE, "OTP 482913"),
    (Secret.ONE_TIME_CODE, "MFA code 48291"),
    (Secret.ONE_TIME_CODE, "code de vérification : 482913"),
    (Secret.ONE_TIME_CODE, "le code à usage unique est 482 913"),
    (Secret.ONE_TIME_CODE, "Her code is 482913"),
    (Secret.ONE_TIME_CODE, "Le code est 482-913"),
    (Secret.ONE_TIME_CODE, "NIP : 4821"),
    (Secret.ONE_TIME_CODE, "PIN 4821"),
    (Secret.ONE_TIME_CODE, "482913"),
    (Secret.ONE_TIME_CODE, "482 913"),
    (Secret.ONE_TIME_CODE, "G-482913"),
    (Secret.SECURITY_ANSWER, "security question: Rex"),
    (Secret.SECURITY_ANSWER, "Security answer = blue"),
    (Secret.SECURITY_ANSWER, "réponse secrète : Rex"),
    (Secret.SECURITY_ANSWER, "mother's maiden name is Smith"),
    (Secret.SECURITY_ANSWER, "nom de jeune fille de ma mère : Tremblay"),
    (Secret.SIGN_IN, "GCKey: mtremblay / Soleil2026!"),
    (Secret.SIGN_IN, "GCKey user name: mtremblay"),
    (Secret.SIGN_IN, "CléGC identifiant : mtremblay"),
    (Secret.SIGN_IN, "login: marie / Abc123!x"),
    (Secret.SIGN_IN, "identifiants : marie Soleil2026"),
    (Secret.PASSWORD, "user: marie pass: Soleil2026"),
    (Secret.TOKEN, "api key: 9f8a7d6c5b4a3f2e1d"),
    (Secret.TOKEN, "token = abcDEF123456"),
    (Secret.TOKEN, "clé d'API : abcDEF123456"),
    (Secret.TOKEN, "carm_0123abcd_Zm9vYmFyYmF6cXV4"),
    (Secret.TOKEN, "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
    (Secret.TOKEN, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefgh"),
    (Secret.TOKEN, "Bearer abcdefghijklmnop1234"),
    (Secret.TOKEN, "https://marie:Soleil2026@portal.example/"),
    (Secret.CARD_NUMBER, "4111 1111 1111 1111"),
    (Secret.CARD_NUMBER, "card 4111111111111111"),
    (Secret.PASSWORD, "Soleil2026!"),
    (Secret.PASSWORD, "Abc123!x"),
    (Secret.TOKEN, "-----BEGIN RSA PRIVATE KEY-----"),
    (Secret.ONE_TIME_CODE, "six-digit code from the e-mail: 739201"),
    (Secret.ONE_TIME_CODE, "code reçu par courriel: 739201"),
    (Secret.PASSWORD, "passcode 7392015a"),
    (Secret.PASSWORD, "The password for the GCKey is: maple77"),
    (Secret.PASSWORD, 'password is "maple77"'),
    (Secret.PASSWORD, "password - maple77"),
]

PASSES = [
    "Password reset by the owner on 2026-11-20.",
    "The password was changed yesterday.",
    "Password: reset",
    "Password expired",
    "The password is personal and never shared.",
    "Le mot de passe est expiré.",
    "Mot de passe réinitialisé le 2026-11-20",
    "GCKey created on 2026-11-20",
    "GCKey: created 2026-11-20",
    "CléGC créée le 20 novembre 2026",
    "MFA set up on 2026-11-20, code received by e-mail.",
    "The six-digit code arrives by e-mail within a minute.",
    "The verification code did not arrive on 2026-11-20.",
    "Code de vérification reçu le 2026-11-20 à 14:05",
    "Error EC-1012 shown; case 00482913 opened",
    "Error code EC-1012",
    "CBSA case number 482913",
    "Case 482913",
    "HS code 940360",
    "The HS code is 9403.60",
    "Port code 0497",
    "code postal H3B 2Y5",
    "Transaction 14987123456789",
    "BN15 123456782RM0001",
    "123456782RM0001",
    "123456782RM0001, importer and exporter; 123456782RM0002 importer",
    "Account security number 14987",
    "Bond 4471-88, $25,000",
    "CRA letter of 2026-10-01",
    "Olivia Chen, CFO, olivia.chen@maple.example",
    "https://www.cbsa-asfc.gc.ca/services/carm-gcra/start-passer-eng.html",
    "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Security questions set up on 2026-11-20",
    "Security questions answered by the owner.",
    "Affinity questions: two asked, answered with the broker's facts.",
    "Questions d'affinité : deux posées, réponses données par le courtier.",
    "Called 1-800-461-9999, option 2",
    "PAD agreement set up on 2026-11-20",
    "Pre-authorized debit, first payment 2026-12-10",
    "Questions de sécurité choisies par la personne",
    "Nobody shares the password; we never ask for it.",
    "Ne jamais communiquer le mot de passe.",
    "The client forgot the password and used the recovery questions.",
    "Sent on 2026-11-20 at 10:15 by Marie",
    "Carte de crédit : plafond de 5 000 $ par paiement",
    "Token ring switch replaced",
    "API keys are made on the API keys page.",
    "Maple Furniture Inc.; #4471",
    "Portal: request approved, level business management, ticks 1, 2, 3",
    "CARM portal: registered 2026-11-20 10:15",
    "User: Olivia Chen",
    "Connexion : Marie Tremblay a réussi le 20 novembre",
    "Sign-in partner: RBC",
    "Login works since 2026-11-20",
    "Delegation approved by O. Chen 2026-11-20, business management",
    "password policy requires 12 characters",
    "MFA 2026-11-20",
    "Total duties and taxes 12,480.07",
    "Call back at 14h30, extension 4821",
    "File 2026-004812",
    "RM0001/RM0002",
    "Phone 613-555-0134",
    "(613) 555-0134",
    "Verification code e-mails go to ap@maple.example",
    "Access code not needed",
    "Invoice 4111-2222",
    "PIN not needed",
    "code 30",
    "Password must be at least 12 characters long",
    "The importer's password manager is 1Password",
    "Our case is 4829137",
]


@pytest.mark.parametrize(("kind", "text"), REFUSED)
def test_a_secret_is_seen_for_what_it_is(kind: Secret, text: str) -> None:
    assert secret_in(text) is kind


@pytest.mark.parametrize("text", PASSES)
def test_what_people_write_every_day_passes(text: str) -> None:
    assert secret_in(text) is None


@pytest.mark.parametrize(("kind", "text"), REFUSED)
def test_a_secret_is_seen_on_a_line_among_others(kind: Secret, text: str) -> None:
    assert secret_in(f"Called Olivia on 2026-11-20.\n{text}\nShe will call back.") is not None


@pytest.mark.parametrize("text", PASSES)
def test_what_passes_passes_in_capitals_too(text: str) -> None:
    harmless = {Secret.PASSWORD, Secret.ONE_TIME_CODE, Secret.SECURITY_ANSWER}

    assert secret_in(text.upper()) not in harmless


def test_the_shipped_checklist_itself_may_be_pasted() -> None:
    told = [
        text
        for step in shipped().steps
        for words in (step.title, step.task, step.why, step.evidence, step.only_if)
        for text in words.values()
    ]
    assert [text for text in told if secret_in(text)] == []


NAMES = ("password", "Password", "mot de passe", "mdp", "passphrase", "PWD")
LETTERS = st.sampled_from("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ")


@given(
    name=st.sampled_from(NAMES),
    sign=st.sampled_from((": ", " : ", "=", ":", " = ")),
    word=st.text(LETTERS, min_size=4, max_size=12),
    digits=st.integers(10, 9999),
)
def test_no_made_up_password_behind_its_word_passes(
    name: str, sign: str, word: str, digits: int
) -> None:
    assert secret_in(f"{name}{sign}{word}{digits}") is not None


@given(
    code=st.integers(0, 999_999),
    word=st.sampled_from(("OTP", "verification code", "code de vérification")),
)
def test_no_six_digits_behind_the_word_for_a_code_pass(code: int, word: str) -> None:
    assert secret_in(f"{word}: {code:06d}") is Secret.ONE_TIME_CODE


@given(st.text(max_size=300))
def test_whatever_is_written_gets_an_answer(text: str) -> None:
    assert secret_in(text) is None or secret_in(text) in Secret


@given(bn9=st.integers(100_000_000, 999_999_999), account=st.integers(1, 9999))
def test_numbers_of_the_business_pass(bn9: int, account: int) -> None:
    assert secret_in(f"Program account {bn9}RM{account:04d}, business number {bn9}") is None


@given(st.integers(10**13, 10**14 - 1))
def test_transaction_numbers_pass(number: int) -> None:
    assert secret_in(f"Transaction {number} is on the statement") is None
