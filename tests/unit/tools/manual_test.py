# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""F98: the administrator's manual is held to the programs and tables it speaks of."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILT = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else ROOT / "build/release"
MANUAL = ROOT / "deploy/manual"


def text_of(*names):
    return "\n".join((MANUAL / name).read_text() for name in names) if names else "\n".join(page.read_text() for page in sorted(MANUAL.glob("*.md")))


def help_of(program, *words):
    done = subprocess.run([BUILT / "bin" / program, *words, "--help"], capture_output=True, text=True, check=False, timeout=20)
    return done.stdout if done.returncode == 0 else None


class F98_Manual(unittest.TestCase):
    def test_every_command_it_names_exists_with_its_options(self):
        named = 0
        for program in ("phonectl", "trustfile"):
            for line in set(re.findall(rf"(?<![\w/.-]){program} ((?:--)?[a-z][^`|;&\n]*)", text_of())):
                words = line.split(" #")[0].split()
                takes_value = {"--remote", "--authority", "--certificate", "--key", "--server-name", "--socket", "--completion"}
                path, at = [], 0
                while at < len(words):  # options may stand before the command
                    if words[at] in takes_value:
                        at += 2
                    elif words[at].startswith("-"):
                        at += 1
                    elif help_of(program, *path, words[at]) is not None and (not path or words[at] in help_of(program, *path)):
                        path.append(words[at])
                        at += 1
                    else:
                        break
                own = help_of(program, *path) + help_of(program)
                if not path and "--completion" not in words:
                    # Prose that begins with a lower-case word.
                    self.assertNotRegex(line, r"^--", f"{program} {line}")
                    continue
                named += 1
                for option in re.findall(r"(?<!\S)(--[a-z][a-z-]+)", line):
                    self.assertIn(option, own, f"{program} {line}")
        self.assertGreater(named, 20)

    def test_every_element_of_ours_is_explained_and_no_other(self):
        ours = set(re.findall(r'= "(\w+)";', (ROOT / "services/policy/configuration/own_names.hpp").read_text()))
        table = text_of("settings.md").split("## Elements of ours")[1].split("\n## ")[0]
        told = {name for row in re.findall(r"^\| (`[^|]*)\|", table, re.M) for name in re.findall(r"`(\w+)`", row)}
        self.assertEqual(told, ours)

    def test_every_reason_is_explained_and_no_other(self):
        ours = set(re.findall(r'"([A-Z_]+)";', (ROOT / "common/mesh/call/reason.hpp").read_text()))
        rows = re.findall(r"^\| (`[A-Z][^|]*)\|", text_of("remote-diagnostics.md"), re.M)
        self.assertEqual({name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}, ours)
        contract = (ROOT / "proto/phone/mesh/v1/errors.proto").read_text()
        for reason in ours:
            self.assertIn(reason, contract)

    def test_every_service_of_the_escalation_is_explained(self):
        rows = [line.split() for line in (ROOT / "deploy/escalation").read_text().splitlines() if line and not line.startswith("#")]
        table = dict(re.findall(r"^\| (\w+) \| ([\w, ]*) ?\|", text_of("trouble.md"), re.M))
        for service, also, *_ in rows:
            self.assertIn(service, table)
            self.assertEqual(table[service].replace(" ", ""), "" if also == "-" else also, service)

    def test_every_metric_is_explained_and_no_other(self):
        source = "".join(file.read_text() for file in (ROOT / "gateway/metrics").glob("*.cpp"))
        ours = set(re.findall(r'"(phone_[a-z_]+)"', source))
        self.assertEqual(set(re.findall(r"`(phone_[a-z]+(?:_[a-z]+)*)", text_of("metrics.md").split("## Scraping")[0])) - {"phone_stream_"}, ours)
        alarms = set(re.findall(r"phone_[a-z_]+", (MANUAL / "alarms.yml").read_text()))
        self.assertEqual(alarms - ours, set())

    @unittest.skipUnless(shutil.which("promtool"), "there is no promtool: package prometheus")
    def test_promtool_takes_the_alarms(self):
        done = subprocess.run(["promtool", "check", "rules", MANUAL / "alarms.yml"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_page_is_on_the_first_one_and_every_link_leads_somewhere(self):
        for page in MANUAL.glob("*.md"):
            for link in re.findall(r"\]\(([^)]+)\)", page.read_text()):
                self.assertTrue((MANUAL / link).exists(), f"{page.name}: {link}")
            if page.name != "README.md":
                self.assertIn(f"({page.name})", text_of("README.md"))


if __name__ == "__main__":
    unittest.main()
