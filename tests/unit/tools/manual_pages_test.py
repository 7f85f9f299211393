# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""F98: every program tells its version, and has a manual page with each of its options that groff takes without a warning."""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILT = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else ROOT / "build/release"
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from script import load  # noqa: E402

manpage = load("man/manpage")
WITHOUT_OPTIONS = {"phone-ending"}  # systemd runs it; it has --version all the same


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=30)


class F98_ManualPages(unittest.TestCase):
    def programs(self):
        units = {unit.stem for unit in (ROOT / "deploy/units").glob("phone-*.service")}
        own = {unit for unit in units if "@" not in unit} - {"phone-lldp", "phone-supplicant"}  # Debian's programs
        own -= {"phone-factory-reset", "phone-time-servers"}  # a script, and systemd's own programs
        return sorted(own | {"phonectl", "trustfile", "phone-install", "phone-manufacture", "phone-lab", "phone-board", "phone-flood"})

    def test_every_program_tells_its_version(self):
        version = re.search(r"^project\(phonemesh VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M).group(1)
        for name in [*self.programs(), *WITHOUT_OPTIONS]:
            told = run(BUILT / "bin" / name, "--version")
            self.assertEqual((told.returncode, told.stdout), (0, f"{name} (Phonemesh) {version}\n"), told.stderr)

    def test_every_program_has_a_page_with_all_its_options(self):
        for name in self.programs():
            pages = list((BUILT / "man").glob(f"man*/{name}.?"))
            self.assertEqual(len(pages), 1, f"{name}: {pages}; ninja manual_pages makes them")
            judged = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", pages[0])
            self.assertEqual((judged.returncode, judged.stderr), (0, ""), name)
            text = pages[0].read_text().replace("\\-", "-")
            for option in re.findall(r"^  (?:-\w,)?(--[\w-]+)", run(BUILT / "bin" / name, "--help").stdout, re.M):
                self.assertIn(option, text, f"{name} {option}")

    def test_commands_below_commands_are_on_the_page(self):
        page = (BUILT / "man/man1/phonectl.1").read_text().replace("\\-", "-")
        for command in ("phonectl trust allow-older", "phonectl network 802.1x", "phonectl history clear"):
            self.assertIn(f".SS {command}\n", page)

    def test_text_cannot_be_a_request_of_roff(self):
        self.assertEqual(manpage.escape(".so /etc/shadow"), "\\&.so /etc/shadow")
        self.assertEqual(manpage.escape("a\\b --x"), "a\\eb \\-\\-x")


if __name__ == "__main__":
    unittest.main()
