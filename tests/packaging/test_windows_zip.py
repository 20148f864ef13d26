"""tests/packaging/test_windows_zip.py - packaging/windows/make-zip and make-winget. The installer itself is tried by packaging/windows/check-installer."""
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(os.environ["TS_SOURCE_ROOT"])
TOOLS = ROOT / "packaging" / "windows"
PROGRAM = os.environ["TS_PROGRAM"]


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


def run(tool, *args):
    return subprocess.run([sys.executable, TOOLS / tool, *map(str, args)], capture_output=True, text=True, check=False,
                          env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})


def main(top):
    exe, deps = top / "bytes.exe", top / "deps"
    exe.write_bytes(b"MZ" + bytes(range(256)) * 64)
    (deps / "share/doc/lib").mkdir(parents=True)
    (deps / "share/doc/lib/copyright").write_text("as is\n", encoding="utf-8")
    for out in ("one.zip", "two.zip"):
        done = run("make-zip", "--native", PROGRAM, exe, top / out, deps)
        check(done.returncode == 0 and done.stdout.strip() == str(top / out), done)
        exe.touch()
    data = (top / "one.zip").read_bytes()
    check(data == (top / "two.zip").read_bytes(), "two runs, two results")
    digest = hashlib.sha256(data).hexdigest()
    check((top / "one.zip.sha256").read_text() == f"{digest} *one.zip\n", "checksum beside the zip")
    with zipfile.ZipFile(top / "one.zip") as z:
        folders = {name.split("/")[0] for name in z.namelist()}
        check(len(folders) == 1, folders)
        files = {name.split("/", 1)[1]: z.read(name) for name in z.namelist()}
        check({i.date_time for i in z.infolist()} == {(2023, 11, 14, 22, 13, 20)}, "times")
    check(set(files) == {"LICENSE.txt", "README.txt", "SHA256SUMS", "licences/lib.txt", "troubleshoot-completion.ps1", "troubleshoot.exe"}, set(files))
    check(files["troubleshoot.exe"] == exe.read_bytes(), "the program is changed")
    for name in files:
        if name.endswith((".txt", ".ps1")):
            check(files[name].count(b"\n") == files[name].count(b"\r\n") > 0, f"line ends of {name}")
            check(b"@VERSION@" not in files[name], f"no version in {name}")
    for line in files["SHA256SUMS"].decode().splitlines():
        want, name = line.split(" *")
        check(hashlib.sha256(files[name]).hexdigest() == want, f"checksum of {name}")
    check(len(files["SHA256SUMS"].splitlines()) == len(files) - 1, "a file without a checksum")
    check(run("make-zip", "--native", PROGRAM, exe, top / "x.zip", top).returncode != 0, "no licences, and nothing said")
    check(not (top / "x.zip").exists(), "half a zip")

    done = run("make-winget", top / "one.zip", "https://host.invalid/a.zip", top / "winget")
    check(done.returncode == 0, done)
    texts = {p.name: p.read_text(encoding="utf-8") for p in (top / "winget").iterdir()}
    check(len(texts) == 3 and not any("@" in t for t in texts.values()), texts)
    installer = texts["troubleshoot.troubleshoot.installer.yaml"]
    check(f"InstallerSha256: {digest.upper()}\n" in installer and f"RelativeFilePath: {folders.pop()}\\troubleshoot.exe\n" in installer, installer)
    check("ReleaseDate: 2023-11-14\n" in installer, installer)
    check(run("make-winget", top / "one.zip", "http://host.invalid/a.zip", top / "winget").returncode != 0, "an address without TLS")
    check(run("make-winget", __file__, "https://host.invalid/a.zip", top / "winget").returncode != 0, "no zip")


with tempfile.TemporaryDirectory() as folder:
    main(pathlib.Path(folder))
