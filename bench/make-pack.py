#!/usr/bin/env python3
"""bench/make-pack.py - writes a pack of COUNT entries into DIR for benchmarks: make-pack.py COUNT DIR.

The same arguments give the same files: fixed seed. Words follow a Zipf-like distribution over a made-up vocabulary, so that the full
text index has rare and common words as real prose has; every entry passes the linter."""
import os
import random
import sys

VOCABULARY = 20000
SYLLABLES = ("ba be bi bo bu da de di do du fa fe fi fo ga ge gi go ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe pi po "
             "ra re ri ro sa se si so ta te ti to va ve vi vo za ze").split()
COMMON = ("the remote desktop connection server computer client is not cannot session network certificate service gateway licence "
          "password account policy firewall port listener name answer closed after before because when which").split()


def main():
    if len(sys.argv) != 3 or not sys.argv[1].isdigit():
        sys.exit("usage: make-pack.py COUNT DIR")
    count, root = int(sys.argv[1]), sys.argv[2]
    rnd = random.Random(20261122)
    words = COMMON + ["".join(rnd.choices(SYLLABLES, k=rnd.randint(2, 4))) for _ in range(VOCABULARY)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    # One long stream of drawn words; each text is a window of it. Drawing word by word would take most of the time.
    stream = rnd.choices(words, weights, k=1_000_000)

    def prose(n):
        at = rnd.randrange(len(stream) - n)
        text = stream[at:at + n]
        return (" ".join(text)).capitalize() + "."

    def write(path, text):
        with open(os.path.join(root, path), "w", encoding="utf-8") as f:
            f.write(text)

    os.makedirs(os.path.join(root, "gen"), exist_ok=True)
    write("gen/pack.yaml", "name: gen\ntitle: Generated entries\nversion: '1'\nlicence: MIT\nproducts: [Remote Desktop]\n"
          "classes:\n  cabling: Something is not plugged in.\n  settings: Something is set wrongly.\n")
    codes = []
    for i in range(0, min(count, 2000)):
        codes.append("- {code: 0x%x, role: disconnect, name: GEN_CODE_%d, text: '%s', category: c%d}\n" %
                     (0x1000000 + i * 7, i, prose(12), i % 50))
    write("gen/codes.yaml", "".join(codes) if codes else "[]\n")
    for i in range(count):
        folder = "gen/%03d" % (i // 1000)
        if i % 1000 == 0:
            os.makedirs(os.path.join(root, folder), exist_ok=True)
        title = prose(7)[:-1]
        write("%s/e%06d.md" % (folder, i), f"""---
title: {title}
codes: [0x{0x1000000 + i * 7:x}/0x{i % 30:x}, 0x{0x1000000 + i * 7:x}]
messages:
  - 'error number {i} in {prose(3)[:-1].lower()}'
keywords: [{", ".join(prose(3)[:-1].lower().split())}]
machines:
  client: the computer you connect from
  server: the computer you connect to
parameters:
  host: {{ask: Which computer do you want to reach?, match: '[A-Za-z0-9._:-]{{1,253}}'}}
  port: {{ask: On which port?, match: '[0-9]{{1,5}}', default: 3389}}
reviewed: 2026-11-01
sources:
  - https://example.org/{i}
---

# {title}

{prose(60)}

{prose(40)}

## Does it answer on its port?

{prose(30)}

```sql here
SELECT state AS answer, address, elapsed_ms
FROM   tcp_connect
WHERE  host = $host AND port = $port;
```

- **open** {prose(5)[:-1].lower()}: [Is it set as it should be?](#is-it-set-as-it-should-be)
- **refused** {prose(5)[:-1].lower()}: [The cable is out](#the-cable-is-out)
- **otherwise** {prose(5)[:-1].lower()}: [The cable is out](#the-cable-is-out)

## Is it set as it should be?

{prose(30)}

- **yes** {prose(6)[:-1].lower()}
- **no** {prose(6)[:-1].lower()}: [A setting is wrong](#a-setting-is-wrong)

## The cable is out

```yaml
cause: {rnd.randint(1, 40)}
class: cabling
minutes: {rnd.randint(1, 20)}
where: server
needs: [administrator]
effect: {prose(6)}
risk: low
```

{prose(35)}

1. {prose(12)}
   ```powershell
   Get-NetAdapter | Format-Table Name, Status
   ```
2. {prose(10)}

### Undo

1. {prose(8)}

- **not solved**: [A setting is wrong](#a-setting-is-wrong)

## A setting is wrong

```yaml
cause: {rnd.randint(1, 40)}
class: settings
minutes: {rnd.randint(1, 20)}
where: server
needs: [administrator, service-restart]
effect: {prose(8)}
risk: medium
```

{prose(35)}

1. {prose(14)}
   ```powershell
   Get-Service TermService
   ```
   ```bat
   sc query TermService
   ```
2. {prose(12)}

### Undo

1. {prose(10)}

- **not solved**: {prose(8)[:-1].lower()}
""")


if __name__ == "__main__":
    main()
