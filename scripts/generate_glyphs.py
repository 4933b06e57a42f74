"""Build `geomujun/text/data/glyphs.txt`: what each character of GB 2312 looks like, in 48 numbers.

    python scripts/generate_glyphs.py NotoSansCJK-Regular.ttc NotoSerifCJK-Regular.ttc

Needs Pillow. Every character is drawn in each font (Noto CJK, SIL Open Font License 1.1; face 2 of
the collection is simplified Chinese), blurred a little and a lot, and the pictures are reduced to
their main axes. Two characters written alike then have vectors that point the same way. The file
holds derived numbers only, no outline of any font.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter

OUT = Path(__file__).resolve().parent.parent / "geomujun" / "text" / "data" / "glyphs.txt"
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SIZE, AXES, FACE = 64, 48, 2
BLURS = ((1.5, 32), (3.5, 16))  # standard deviation in pixels, cells a side kept

Floats = npt.NDArray[np.float32]


def characters() -> list[str]:
    """The 6,763 Chinese characters of GB 2312."""
    out = []
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                out.append(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return out


def drawn(char: str, font: ImageFont.FreeTypeFont) -> Floats:
    """One character in the middle of a square."""
    picture = Image.new("L", (SIZE, SIZE), 0)
    pen = ImageDraw.Draw(picture)
    left, top, right, bottom = pen.textbbox((0, 0), char, font=font)
    at = ((SIZE - (right - left)) / 2 - left, (SIZE - (bottom - top)) / 2 - top)
    pen.text(at, char, fill=255, font=font)
    return np.asarray(picture, dtype=np.float32)


def blurred(picture: Floats) -> list[Floats]:
    """The picture at each blur, as one row of cells."""
    rows = []
    for sigma, grid in BLURS:
        step = SIZE // grid
        soft = gaussian_filter(picture, sigma).reshape(grid, step, grid, step).mean(axis=(1, 3))
        rows.append(soft.ravel())
    return rows


def vectors(chars: list[str], fonts: list[str]) -> Floats:
    """One row per character; each font and blur weighs the same."""
    blocks = []
    for path in fonts:
        font = ImageFont.truetype(path, SIZE, index=FACE)
        views = [blurred(drawn(char, font)) for char in chars]
        for k in range(len(BLURS)):
            block = np.stack([view[k] for view in views])
            block -= block.mean(axis=0)
            blocks.append(block / np.linalg.norm(block, axis=1, keepdims=True))
    whole = np.hstack(blocks)
    _, _, axes = np.linalg.svd(whole - whole.mean(axis=0), full_matrices=False)
    return np.asarray(whole @ axes[:AXES].T, dtype=np.float32)


def main() -> int:
    """Draw, reduce, write."""
    chars = characters()
    table = vectors(chars, sys.argv[1:])
    whole = np.rint(table / np.abs(table).max() * 31).astype(int) + 32
    lines = [char + "".join(DIGITS[v] for v in row) for char, row in zip(chars, whole, strict=True)]
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
