"""The child process that reads a PDF or draws a picture; what it is given may be hostile.

Run by `pdf_text.py` as a script: it imports neither Django nor carmsvc, takes its task as JSON in
the first argument, writes bytes to standard output and, when it refuses, exits with 3.
"""

import io
import json
import resource
import sys
from typing import Any

_REFUSED = 3


def text(task: dict[str, Any]) -> bytes:
    """Number of pages and text of the first ones, as JSON."""
    import pypdfium2

    document = pypdfium2.PdfDocument(task["path"])
    parts: list[str] = []
    left = task["max_characters"]
    for index in range(min(len(document), task["max_pages"])):
        page = document[index].get_textpage()
        part = page.get_text_range(count=min(page.count_chars(), left)) if left else ""
        parts.append(part)
        left -= len(part)
        if left <= 0:
            break
    told = {"pages": len(document), "text": "\n".join(parts)}
    return json.dumps(told).encode("utf-8", "replace")


def page(task: dict[str, Any]) -> bytes:
    """One page drawn as a PNG; nothing of the file itself is in it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(task["path"])
    wide, high = document[task["index"]].get_size()
    scale = min(2.0, task["max_side"] / max(wide, high, 1.0))
    return _png(document[task["index"]].render(scale=scale).to_pil())


def picture(task: dict[str, Any]) -> bytes:
    """A picture drawn anew as a PNG: pixels only, smaller when it is large."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = task["max_pixels"]
    with Image.open(task["path"], formats=["PNG", "JPEG"]) as image:
        if image.width * image.height > task["max_pixels"]:
            raise ValueError("too many pixels")
        image.draft("RGB", (task["max_side"], task["max_side"]))
        drawn = ImageOps.exif_transpose(image).convert("RGB")
    drawn.thumbnail((task["max_side"], task["max_side"]))
    return _png(drawn)


def _png(image: Any) -> bytes:
    out = io.BytesIO()
    clean = image.convert("RGB")
    clean.info = {}
    clean.save(out, "PNG", optimize=False)
    return out.getvalue()


def main() -> int:
    task = json.loads(sys.argv[1])
    memory, seconds = task["memory_bytes"], task["seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = {"text": text, "page": page, "picture": picture}[task["do"]](task)
    except Exception as error:
        print(f"{type(error).__name__}: {error}"[:500], file=sys.stderr)
        return _REFUSED
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
