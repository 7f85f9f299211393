# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

"""F98: the administrator's manual is held to the programs, tables and tests it speaks of."""

import functools
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


@functools.cache
def help_of(program, *words):
    done = subprocess.run([BUILT / "bin" / program, *words, "--help"], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout if done.returncode == 0 else None


class F98_Manual(unittest.TestCase):
    def test_every_command_it_names_exists_with_its_options(self):
        named = 0
        for program in ("phonectl", "trustfile", "phone-lab"):
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
        ours = set(re.findall(r'=\s+"(\w+)";', (ROOT / "services/policy/configuration/own_names.hpp").read_text()))
        table = text_of("settings.md").split("## Elements of ours")[1].split("\n## ")[0]
        told = {name for row in re.findall(r"^\| (`[^|]*)\|", table, re.M) for name in re.findall(r"`(\w+)`", row)}
        self.assertEqual(told, ours)

    def test_elements_of_ciscos_it_calls_obeyed_are(self):
        obeyed = [path for path, row in element_paths().items() if re.search(r"kObeyed|guard\(|obeyed_element\(", row)]
        parts = {part for path in obeyed for part in path.split("/")}
        self.assertGreater(len(obeyed), 80)
        told = text_of("settings.md").split("## Elements of Cisco's that are obeyed")[1].split("\n## ")[0]
        named = 0
        for names, meaning in re.findall(r"^\| (`[^|]*)\|([^|]*)\|", told, re.M):
            for name in re.findall(r"`(\w+)`", names):
                named += 1
                self.assertEqual(name not in parts, meaning.strip().startswith("no effect"), f"{name}: {meaning}")
        self.assertGreater(named, 30)

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


ARTICLE = "article.md"
TEST = r"`([A-Z]\w+\.[A-Z]\w+)`"  # `Suite.Test`


def tests_of(file):
    return {f"{suite}.{name}" for suite, name in re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", file.read_text())}


def rows_of(text):
    """The cells of each row, by the names in its table's head."""
    head, rows = None, []
    for line in text.splitlines():
        if not line.startswith("| "):
            head = None
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if head is None:
            head = cells
        elif not set("".join(cells)) <= set("- "):
            rows.append(dict(zip(head, cells)))
    return rows


def element_paths():
    """As the table of elements has them, each with the code of its row; its macros P, L, V and so on begin paths."""
    paths = {}
    for file in (ROOT / "services/policy/configuration").glob("elements_*.cpp"):
        macros = {}

        def whole(words):
            return "".join(macros[word] if word in macros else word.strip('"') for word in words.split())

        path = ""
        for line in file.read_text().splitlines():
            if made := re.match(r"#define ([A-Z]+) (.*)", line):
                macros[made[1]] = whole(made[2])
            for words in re.findall(r'(?:\.path = |[a-z_]\()((?:[A-Z]+\s+)?"[^"]*"|[A-Z]+)(?=[,)}])', line):
                path = whole(words)
                paths[path] = ""
            if path:
                paths[path] += line
    return paths


class F98_Article(unittest.TestCase):
    """What the page on Cisco's article names is there, and every row says how it stands."""

    def test_every_test_it_names_is_in_the_file_it_names(self):
        text = text_of(ARTICLE)
        listed = {}
        for row in rows_of(text):
            if "suites" in row:
                for suite in re.findall(r"`(\w+)`", row["suites"]):
                    listed.setdefault(suite, []).append(ROOT / row["file"].strip("`"))
        named = set(re.findall(TEST, text))
        self.assertGreater(len(named), 150)
        for test in sorted(named):
            suite = test.split(".")[0]
            self.assertIn(suite, listed, f"{test}: its file is not in the table of tests")
            self.assertTrue(any(test in tests_of(file) for file in listed[suite]), f"there is no test {test}")
        for suite, files in listed.items():
            self.assertTrue(any(test.startswith(suite + ".") for test in named), f"{suite} is listed and shows nothing")
            for file in files:
                self.assertTrue(any(test.startswith(suite + ".") for test in tests_of(file)), f"{suite} is not in {file}")

    def test_every_row_says_what_is_done_and_which_test_shows_it(self):
        judged = [row for row in rows_of(text_of(ARTICLE)) if "done" in row]
        self.assertGreater(len(judged), 130)
        for row in judged:
            what = row.get("the article") or row.get("feature")
            state = re.match(r"(yes|in part|other|no)(?::|$| <)", row["done"])
            self.assertTrue(state, f"{what}: done is {row['done']}")
            if state[1] != "no":
                self.assertRegex(row["shown by"], TEST, what)
            if state[1] != "yes":
                self.assertRegex(row["done"], r"^[a-z ]+: \S", f"{what}: the reason is missing")

    def test_every_element_it_sets_is_in_the_table_of_elements(self):
        paths = element_paths()
        self.assertIn("devicePool/srstInfo/srstCertificate", paths)
        names = {path.split("/")[-1] for path in paths}
        named = set()
        for row in rows_of(text_of(ARTICLE)):
            told = row.get("set or do", "")
            named |= set(re.findall(r"`((?:\w+/)*[a-z]\w+)`", told))
        text = text_of(ARTICLE)
        named |= set(re.findall(r"--(?:un)?set ([\w/]+)=", text)) - {"ELEMENT"}
        named |= set(re.findall(r"`((?:vendorConfig|commonProfile|devicePool|sipProfile)/[\w/]+)`", text))
        self.assertGreater(len(named), 40)
        for element in sorted(named):
            self.assertTrue(element in (paths if "/" in element else names), f"there is no element {element}")
        ours = set(re.findall(r'= "(\w+)";', (ROOT / "services/policy/configuration/own_names.hpp").read_text()))
        for element in named & ours:
            self.fail(f"{element} is in vendorConfig or srstInfo: name it with its path")

    def test_every_row_of_phonectl_it_names_is_printed(self):
        source = "".join(file.read_text() for file in (ROOT / "tools/phonectl").rglob("print_*.cpp"))
        source += (ROOT / "tools/phonectl/words.cpp").read_text()
        labels = {label.strip() for label in re.findall(r'"([^"\n]+)"', source)}
        named = 0
        for some in re.findall(r"\brows? ((?:`[^`]+`(?:, | and )?)+)", text_of(ARTICLE)):
            for label in re.findall(r"`([^`]+)`", some):
                named += 1
                self.assertTrue(label in labels, f"phonectl prints no row {label}")
        self.assertGreater(named, 40)

    def test_what_it_has_the_board_do_the_board_can_do(self):
        board, lab = help_of("phone-board"), help_of("phone-lab", "serve")
        lines = re.findall(r"tools/run (--[^`\n]*?)(?:`|   |$)", text_of(ARTICLE), re.M)
        self.assertGreater(len(lines), 4)
        for line in lines:
            own, _, inner = line.partition("--lab")
            for option in re.findall(r"--[a-z-]+", own) + (["--lab"] if "--lab" in line else []):
                self.assertIn(option, board, f"tools/run {line}")
            for option in re.findall(r"--[a-z-]+", inner):
                self.assertIn(option, lab, f"tools/run {line}")
        for inner in re.findall(r'`--lab "([^"]*)"', text_of(ARTICLE)):
            for option in re.findall(r"--[a-z-]+", inner):
                self.assertIn(option, lab, f"--lab {inner}")

    def test_its_tables_are_whole(self):
        rows = rows_of(text_of(ARTICLE))
        alarms = {row["code"]: row["name"].strip("`") for row in rows if "code" in row}
        contract = (ROOT / "proto/phone/trust/v1/trust_store.proto").read_text()
        told = {number: name for name, number in re.findall(r"^  ((?:TL|CTL|ITL)_\w+) = ([1-9]);", contract, re.M)}
        self.assertEqual(alarms, told)
        self.assertEqual(len(alarms), 9)
        self.assertEqual(len([row for row in rows if "PMF" in row]), 8)
        self.assertEqual(len([row for row in rows if "initiator" in row]), 5)

    def test_every_file_it_names_is_there(self):
        for name in re.findall(r"`((?:\w+/)*[\w.-]+\.(?:md|cpp|txt))`", text_of(ARTICLE)):
            self.assertTrue((ROOT / name).exists(), name)


if __name__ == "__main__":
    unittest.main()
