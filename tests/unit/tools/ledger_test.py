# Copyright The Phonemesh Authors
# SPDX-License-Identifier: Apache-2.0

import contextlib
import io
import pathlib
import tempfile
import unittest

import script

ledger = script.load("ledger")

XML = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite>
  <testcase name="A" status="run" result="completed" classname="F16_FileAuthentication"/>
  <testcase name="B" status="run" result="completed" classname="F16_FileAuthentication_Lab"/>
  <testcase name="C" status="run" result="completed" classname="F17_FileEncryption_Peer"><failure message="x"/></testcase>
  <testcase name="D" status="run" result="skipped" classname="F18_Signalling_Peer"><skipped message="no peer"/></testcase>
  <testcase name="E" status="notrun" result="suppressed" classname="F19_Mic_Lab"/>
  <testcase name="Row/3" status="run" result="completed" classname="Table/F46_SecuritySettings"/>
  <testcase name="Row/4" status="run" result="completed" classname="Table/F46_SecuritySettings"><failure message="x"/></testcase>
  <testcase name="F" status="run" result="completed" classname="Framing"/>
</testsuite></testsuites>"""

SOURCES = """
TEST(F16_FileAuthentication, A) {}
TEST_F(F68_WlanTable_Peer,
       Rows) {}
"""


class Bench:
    """A directory of results and one of sources beside a table."""

    def __init__(self, case, table, results=XML):
        folder = tempfile.TemporaryDirectory()
        case.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("results", "tests"):
            (self.root / name).mkdir()
        (self.root / "results" / "a.xml").write_text(results)
        (self.root / "tests" / "a_test.cpp").write_text(SOURCES)
        (self.root / "features.tsv").write_text(table)

    def run(self, *arguments):
        """(exit code, lines of stdout, stderr)."""
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            code = ledger.main([*arguments, "--features", str(self.root / "features.tsv"), "--tests", str(self.root / "tests")])
        return code, out.getvalue().splitlines(), err.getvalue()

    def results(self):
        return str(self.root / "results")


class Names(unittest.TestCase):
    def test_the_end_of_the_suite_name_is_the_kind_of_proof(self):
        for suite, kind in {
            "F16_FileAuthentication": ledger.TABLE,
            "F16_FileAuthentication_Table": ledger.TABLE,
            "F16_FileAuthentication_Lab": ledger.LAB,
            "F41_Supplicant_Peer": ledger.PEER,
            "Rfc4475_Peer": ledger.PEER,
            "Lab": ledger.LAB,
        }.items():
            self.assertEqual(ledger.kind_of(suite), kind, suite)

    def test_the_numbers_of_a_suite_are_the_features_it_claims(self):
        for suite, numbers in {"F16_X": [16], "F10_F17_ConfigurationFile_Peer": [10, 17], "GatewayPicture": [], "Framer_": []}.items():
            self.assertEqual(ledger.numbers_of(suite), numbers, suite)

    def test_what_stands_around_the_name_of_a_parameterised_suite_is_cut_off(self):
        for suite, name in {"Rows/F29_Alarm_Lab": "F29_Alarm_Lab", "F5_SignatureTypes/0": "F5_SignatureTypes", "A/B/1": "B", "C": "C"}.items():
            self.assertEqual(ledger.bare(suite), name)


class Ledger(unittest.TestCase):
    # The results have failed tests, so the exit code is 1 throughout.
    def rows(self, table, *arguments):
        bench = Bench(self, table)
        code, lines, said = bench.run(*arguments, bench.results())
        self.assertEqual(code, 1)
        self.assertEqual([line for line in said.splitlines() if "no such feature, but" not in line], [])
        return lines

    def test_the_best_test_of_a_clause_speaks_for_it_and_for_no_other(self):
        rows = self.rows("16\tFiles\n\tfirst\n\t\tF16_FileAuthentication.A\n\t\tF16_FileAuthentication_Lab.B\n\tsecond\n")
        self.assertEqual(rows[0], "F16  Files  in part 1 of 2 (1 lab); lacks: second (no test)")

    def test_a_feature_is_whole_when_each_clause_has_a_passed_test(self):
        rows = self.rows("16\tFiles\n\tfirst\n\t\tF16_FileAuthentication.*\n\tsecond\n\t\tF16_FileAuthentication_Lab.B\n")
        self.assertEqual(rows[0], "F16  Files  whole   2 (1 lab, 1 table)")

    def test_failed_skipped_and_not_run_are_three_things_and_show_nothing(self):
        rows = self.rows("17\tA\n\tx\n\t\tF17_FileEncryption_Peer.C\n18\tB\n\tx\n\t\tF18_Signalling_Peer.D\n"
                         "19\tC\n\tx\n\t\tF19_Mic_Lab.E\n68\tD\n\tx\n\t\tF68_WlanTable_Peer.Rows\n")
        self.assertEqual(rows[:4], [
            "F17  A  not yet 0 of 1; lacks: x (failed: F17_FileEncryption_Peer.C)",
            "F18  B  not yet 0 of 1; lacks: x (skipped: F18_Signalling_Peer.D)",
            "F19  C  not yet 0 of 1; lacks: x (not run: F19_Mic_Lab.E)",
            "F68  D  not yet 0 of 1; lacks: x (not run: F68_WlanTable_Peer.Rows)",
        ])

    def test_a_failed_test_outweighs_a_passed_one_of_its_clause(self):
        rows = self.rows("16\tFiles\n\tx\n\t\tF16_FileAuthentication.A\n\t\tF17_FileEncryption_Peer.C\n")
        self.assertEqual(rows[0], "F16  Files  not yet 0 of 1; lacks: x (failed: F17_FileEncryption_Peer.C)")

    def test_one_row_of_a_table_may_be_named_and_a_failed_row_fails_the_others_name(self):
        rows = self.rows("46\tSettings\n\tone\n\t\tF46_SecuritySettings.Row/3\n\tall\n\t\tF46_SecuritySettings.Row\n")
        self.assertEqual(rows[0], "F46  Settings  in part 1 of 2 (1 table); lacks: all (failed: F46_SecuritySettings.Row)")

    def test_a_failed_test_that_no_clause_names_is_told_beside_its_feature(self):
        rows = self.rows("17\tSecrecy\n\tx\n\t\tF16_FileAuthentication_Lab.B\n")
        self.assertEqual(rows[0], "F17  Secrecy  in part 1 (1 lab); failed: F17_FileEncryption_Peer.C")

    def test_each_clause_has_its_row_where_they_are_asked_for(self):
        rows = self.rows("16\tFiles\n\tfirst\n\t\tF16_FileAuthentication_Lab.B\n\tsecond\n", "--clauses")
        self.assertEqual(rows, [
            "F16  Files  in part 1 of 2 (1 lab)",
            "       lab    first",
            "       -      second (no test)",
            "",
            "1 features: 0 whole, 1 in part, 0 not yet; 2 clauses: 0 against a peer, 1 against the lab, 0 by table only, 1 not shown",
        ])


class Errors(unittest.TestCase):
    PASSED = XML.replace('<failure message="x"/>', "")
    ALL = "16\tA\n\tx\n\t\t{}\n17\tB\n\tx\n18\tC\n\tx\n19\tD\n\tx\n46\tE\n\tx\n"

    def ends(self, table):
        bench = Bench(self, table, self.PASSED)
        code, _, said = bench.run(bench.results())
        return code, said

    def test_without_failed_and_unknown_tests_it_ends_well(self):
        self.assertEqual(self.ends(self.ALL.format("F16_FileAuthentication.A")), (0, ""))

    def test_a_test_that_is_nowhere_is_an_error_that_names_it(self):
        for test in ("F16_FileAuthentication.B", "F16_FileAuthentification.A", "F68_WlanTable_Peer.Row", "F46_SecuritySettings.Row/5", "Framing.G*"):
            self.assertEqual(self.ends(self.ALL.format(test)), (1, f"tools/ledger: F16: x: no such test: {test}\n"))

    def test_a_number_that_is_no_feature_is_an_error(self):
        self.assertEqual(self.ends(self.ALL.format("Framing.F").replace("46\tE\n\tx\n", "")),
                         (1, "tools/ledger: F46: no such feature, but tests claim it\n"))

    def test_a_result_cut_short_is_refused(self):
        bench = Bench(self, self.ALL.format("Framing.F"), XML[:200])
        code, _, said = bench.run(bench.results())
        self.assertEqual(code, 1)
        self.assertIn("cannot be read", said)

    def test_a_line_that_is_none_of_the_table_is_named(self):
        for table in ("x\ty\n", "\tclause of nothing\n", "1\tA\n\t\tSuite.Test\n", "1\tA\n\tx\n\t\tno test\n", "1\tA\n\tx\ty\n"):
            code, _, said = Bench(self, table).run("--check")
            self.assertEqual(code, 1)
            self.assertIn("features.tsv:", said)


class Check(unittest.TestCase):
    def test_each_test_that_is_named_is_looked_up_in_the_sources(self):
        table = "16\tA\n\tx\n\t\tF16_FileAuthentication.A\n\ty\n68\tB\n\tz\n\t\tF68_WlanTable_Peer.R*\n"
        self.assertEqual(Bench(self, table).run("--check", "--clauses"), (0, ["F16  y", "2 features, 3 clauses, 1 of them without a test"], ""))
        code, _, said = Bench(self, table.replace("n.A", "n.B")).run("--check")
        self.assertEqual((code, said), (1, "tools/ledger: F16: x: no such test: F16_FileAuthentication.B\n"))

    def test_what_stands_twice_or_has_no_clause_is_told(self):
        code, _, said = Bench(self, "16\tA\n\tx\n\tx\n68\tB\n68\tB\n\tx\n\t\tF68_WlanTable_Peer.Rows\n\t\tF68_WlanTable_Peer.Rows\n").run("--check")
        self.assertEqual(code, 1)
        for fault in ("F16: a clause stands twice: x", "F68 stands twice", "F68 has no clause", "F68: a test stands twice in a clause"):
            self.assertIn(fault, said)

    def test_the_shipped_table_has_every_feature_and_names_tests_that_are_there(self):
        features = ledger.read_features(script.TOOLS / "features.tsv")
        self.assertEqual([feature.number for feature in features], list(range(1, 102)))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertEqual((ledger.main(["--check"]), said.getvalue()), (0, ""))


if __name__ == "__main__":
    unittest.main()
