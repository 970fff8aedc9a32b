"""The private folder of this checkout's servers, and the locks and secrets kept in it."""

import fcntl
import hashlib
import os
import re
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def state_folder() -> Path:
    """Where this checkout's servers live: short, private, outside the checkout."""
    digest = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    folder = _base() / f"carm-{os.getuid()}-{digest}"
    # root's servers run as another account, which must be able to walk through
    return _owned_folder(folder, 0o711 if os.getuid() == 0 else 0o700)


def subfolder(name: str) -> Path:
    """A folder of our own inside the state folder."""
    return _owned_folder(state_folder() / name, 0o711 if os.getuid() == 0 else 0o700)


def _base() -> Path:
    """The temporary directory, if a socket's path fits in it and another account can reach it."""
    base = Path(tempfile.gettempdir()).resolve()
    fits = re.fullmatch(r"[\w./-]{1,60}", str(base)) is not None
    is_open = all(part.stat().st_mode & stat.S_IXOTH for part in (base, *base.parents))
    return base if fits and (is_open or os.getuid()) else Path("/tmp")  # noqa: S108


def _owned_folder(folder: Path, mode: int) -> Path:
    """The folder, made if need be; refused when somebody else laid it there."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SystemExit(f"{folder} was not made by us; remove it and try again")
    if stat.S_IMODE(found.st_mode) != mode:
        folder.chmod(mode)
    return folder


def take_lock(path: Path, operation: int) -> int | None:
    """An open descriptor that holds the lock; None if LOCK_NB was asked for and it is taken."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_free(path: Path) -> bool:
    """Whether nobody holds this lock, neither shared nor alone."""
    descriptor = take_lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def kept_secret(name: str) -> str:
    """A random word that is the same in the next run, readable by us only."""
    path = state_folder() / name
    with suppress(FileNotFoundError):
        return path.read_text()
    word = secrets.token_urlsafe(50)
    draft = path.with_name(f"{name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(word)
    try:
        os.link(draft, path)  # fails if somebody was quicker; then theirs counts
    except FileExistsError:
        word = path.read_text()
    finally:
        draft.unlink()
    return word
