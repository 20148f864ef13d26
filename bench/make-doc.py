#!/usr/bin/env python3
"""bench/make-doc.py - writes a CommonMark document of about 10 MB, the size of CommonMark's spec.txt fifty times over, with the same mix of
headings, paragraphs with inline markup, lists, quotes and many short code blocks: make-doc.py OUT. Fixed seed."""
import random
import sys

WORDS = ("block quote paragraph list item emphasis delimiter run code span fence indented heading setext atx line ending blank "
         "character whitespace tab punctuation link reference label destination title image raw inline parsed content container "
         "leaf document structure precedence the a of is and to in that it may be not as an or can with for").split()
SIZE = 10_250_000


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make-doc.py OUT")
    rnd = random.Random(31)

    def words(n):
        return rnd.choices(WORDS, k=n)

    def inline(n):
        out = words(n)
        for i in range(0, n - 3, 9):
            w = out[i]
            out[i] = rnd.choice([f"`{w}`", f"*{w}*", f"**{w}**", f"[{w} {w}](#{w})", f"&{'amp'};", f"\\*{w}", w])
        lines, line = [], ""
        for w in out:
            if len(line) + len(w) > 68:
                lines.append(line)
                line = ""
            line += (" " if line else "") + w
        return "\n".join(lines + [line])

    blocks, size = [], 0
    while size < SIZE:
        kind = rnd.randrange(20)
        if kind == 0:
            b = "#" * rnd.randint(1, 4) + " " + " ".join(words(4))
        elif kind < 9:
            b = inline(rnd.randint(15, 60))
        elif kind < 14:
            b = "```````````````````````````````` example\n" + " ".join(words(4)) + "\n.\n<p>" + " ".join(words(4)) + "</p>\n" + "`" * 32
        elif kind < 16:
            b = "\n".join("- " + " ".join(words(8)) for _ in range(4))
        elif kind < 17:
            b = "\n".join(f"{i + 1}. " + " ".join(words(8)) for i in range(3))
        elif kind < 18:
            b = "> " + inline(20).replace("\n", "\n> ")
        else:
            b = "    " + "\n    ".join(" ".join(words(5)) for _ in range(3))
        blocks.append(b)
        size += len(b) + 2
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        f.write("\n\n".join(blocks) + "\n")


if __name__ == "__main__":
    main()
